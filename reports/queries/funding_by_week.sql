-- Venture money raised by week: rounds, how many undisclosed, CNY at least
SELECT
    week,
    COUNT(*) AS rounds,
    SUM(CASE WHEN cny_low IS NULL THEN 1 ELSE 0 END) AS undisclosed,
    SUM(cny_low) AS cny_at_least
FROM v1_facts
WHERE type = 'funding' AND stage = 'done' AND kind IN ('venture', 'strategic') AND counted = 1
GROUP BY week
ORDER BY week DESC
