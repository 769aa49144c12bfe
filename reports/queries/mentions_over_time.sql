-- Who is named in how many items on topic, month by month, the most named first
SELECT
    SUBSTR(CAST(day AS TEXT), 1, 7) AS month,
    organisation,
    kind,
    COUNT(*) AS items,
    SUM(times) AS times
FROM v1_mentions
WHERE relevant = 1 AND status = 'kept'
GROUP BY month, organisation, kind
ORDER BY month DESC, items DESC, times DESC, organisation
