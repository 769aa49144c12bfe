-- Every round with its investors, newest first
SELECT announced_on, subject AS company, round, amount_as_written, amount_hedge, cny_low, leads, others AS investors, link
FROM v1_facts
WHERE type = 'funding' AND counted = 1
ORDER BY announced_on DESC, subject
