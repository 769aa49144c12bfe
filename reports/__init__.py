"""Rows → digest, mail, archive. Selecting queries the store; rendering and sending never do."""
