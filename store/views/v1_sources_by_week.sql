CREATE VIEW v1_sources_by_week AS
SELECT
    s.id AS source_id,
    w.week AS week,
    s.name AS source,
    s.tier AS tier,
    (SELECT COUNT(*) FROM item AS i WHERE i.source_id = s.id AND WEEK(COALESCE(i.published_at, i.first_seen_at)) = w.week) AS entries,
    (
        SELECT COUNT(*) FROM item AS i
        WHERE i.source_id = s.id AND WEEK(COALESCE(i.published_at, i.first_seen_at)) = w.week AND i.status = 'kept'
    ) AS kept,
    (
        SELECT COUNT(*) FROM item AS i
        WHERE i.source_id = s.id AND WEEK(COALESCE(i.published_at, i.first_seen_at)) = w.week AND i.status = 'kept' AND i.relevant
    ) AS relevant,
    (SELECT COUNT(*) FROM "fetch" AS f WHERE f.source_id = s.id AND WEEK(f.started_at) = w.week) AS fetches,
    (
        SELECT COUNT(*) FROM "fetch" AS f
        WHERE f.source_id = s.id AND WEEK(f.started_at) = w.week AND f.status IN ('failed', 'refused')
    ) AS failed
FROM calendar_week AS w
CROSS JOIN source AS s
WHERE w.week <= (
    SELECT MAX(told.week)
    FROM (
        SELECT MAX(WEEK(COALESCE(i.published_at, i.first_seen_at))) AS week FROM item AS i
        UNION ALL
        SELECT MAX(WEEK(f.started_at)) AS week FROM "fetch" AS f
    ) AS told
)
AND COALESCE(
    (SELECT 1 FROM item AS i WHERE WEEK(COALESCE(i.published_at, i.first_seen_at)) = w.week LIMIT 1),
    (SELECT 1 FROM "fetch" AS f WHERE WEEK(f.started_at) = w.week LIMIT 1)
) IS NOT NULL
AND COALESCE(
    (SELECT 1 FROM item AS i WHERE i.source_id = s.id AND WEEK(COALESCE(i.published_at, i.first_seen_at)) = w.week LIMIT 1),
    (SELECT 1 FROM "fetch" AS f WHERE f.source_id = s.id AND WEEK(f.started_at) = w.week LIMIT 1)
) IS NOT NULL
