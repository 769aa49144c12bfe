CREATE VIEW v1_sources_by_week AS
SELECT
    told.source_id AS source_id,
    told.week AS week,
    s.name AS source,
    s.tier AS tier,
    told.entries AS entries,
    told.kept AS kept,
    told.relevant AS relevant,
    (SELECT COUNT(*) FROM "fetch" AS f WHERE f.source_id = told.source_id AND WEEK(f.started_at) = told.week) AS fetches,
    (
        SELECT COUNT(*) FROM "fetch" AS f
        WHERE f.source_id = told.source_id AND WEEK(f.started_at) = told.week AND f.status IN ('failed', 'refused')
    ) AS failed
FROM (
    SELECT
        i.source_id AS source_id,
        WEEK(COALESCE(i.published_at, i.first_seen_at)) AS week,
        COUNT(*) AS entries,
        SUM(CASE WHEN i.status = 'kept' THEN 1 ELSE 0 END) AS kept,
        SUM(CASE WHEN i.status = 'kept' AND i.relevant THEN 1 ELSE 0 END) AS relevant
    FROM item AS i
    GROUP BY i.source_id, WEEK(COALESCE(i.published_at, i.first_seen_at))
) AS told
LEFT JOIN source AS s ON s.id = told.source_id
UNION ALL
SELECT
    asked.source_id AS source_id,
    asked.week AS week,
    s.name AS source,
    s.tier AS tier,
    0 AS entries,
    0 AS kept,
    0 AS relevant,
    asked.fetches AS fetches,
    asked.failed AS failed
FROM (
    SELECT
        f.source_id AS source_id,
        WEEK(f.started_at) AS week,
        COUNT(*) AS fetches,
        SUM(CASE WHEN f.status IN ('failed', 'refused') THEN 1 ELSE 0 END) AS failed
    FROM "fetch" AS f
    GROUP BY f.source_id, WEEK(f.started_at)
) AS asked
LEFT JOIN source AS s ON s.id = asked.source_id
WHERE NOT EXISTS (
    SELECT 1 FROM item AS i
    WHERE i.source_id = asked.source_id AND WEEK(COALESCE(i.published_at, i.first_seen_at)) = asked.week
)
