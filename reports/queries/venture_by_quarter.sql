-- How much venture money was raised each quarter, in CNY at least, and how many rounds kept their sum to themselves
SELECT
    SUBSTR(CAST(announced_on AS TEXT), 1, 4) || '-Q'
        || CAST((CAST(SUBSTR(CAST(announced_on AS TEXT), 6, 2) AS INTEGER) + 2) / 3 AS TEXT) AS quarter,
    COUNT(*) AS rounds,
    COUNT(DISTINCT COALESCE(subject_id, subject)) AS companies,
    SUM(CASE WHEN cny_low IS NULL THEN 1 ELSE 0 END) AS undisclosed,
    CAST(ROUND(SUM(cny_low)) AS BIGINT) AS cny_at_least
FROM v1_facts
WHERE type = 'funding' AND stage = 'done' AND kind IN ('venture', 'strategic') AND counted = 1 AND announced_on IS NOT NULL
GROUP BY quarter
ORDER BY quarter DESC
