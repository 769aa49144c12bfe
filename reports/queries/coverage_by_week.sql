-- What was looked at each week: sources that were asked and that failed, entries, and how many were on topic
SELECT
    week,
    COUNT(*) AS sources,
    SUM(CASE WHEN fetches > 0 THEN 1 ELSE 0 END) AS asked,
    SUM(CASE WHEN fetches > 0 AND failed = fetches THEN 1 ELSE 0 END) AS never_answered,
    SUM(entries) AS entries,
    SUM(kept) AS kept,
    SUM(relevant) AS relevant
FROM v1_sources_by_week
GROUP BY week
ORDER BY week DESC
