-- Which investors took part in most rounds, how many they led, and in whom
SELECT
    investor,
    MAX(investor_id) AS investor_id,
    COUNT(DISTINCT fact_id) AS rounds,
    SUM(lead) AS led,
    COUNT(DISTINCT company) AS companies,
    MAX(announced_on) AS latest_on
FROM v1_investors
WHERE type = 'funding' AND stage = 'done' AND counted = 1
GROUP BY investor
ORDER BY rounds DESC, led DESC, investor
