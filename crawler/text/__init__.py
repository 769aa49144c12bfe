"""What is written: bytes → characters, dates, web addresses, languages. Pure; shared by readers, reading and judge."""
