CREATE VIEW v1_mentions AS
SELECT
    m.item_id AS item_id,
    i.story_id AS story_id,
    m.target_id AS organisation_id,
    COALESCE(o.name_zh, o.name_en, m.as_written) AS organisation,
    m.as_written AS as_written,
    COALESCE(o.kind, m.kind) AS kind,
    COALESCE(o.province, p.province) AS province,
    COALESCE(o.city, p.city) AS city,
    (
        SELECT SUM(every.times) FROM mention AS every
        WHERE every.item_id = m.item_id AND every.target = 'organisation'
            AND (every.id = m.id OR every.target_id = m.target_id)
    ) AS times,
    UTC(i.published_at) AS published_at,
    DAY(COALESCE(i.published_at, i.first_seen_at)) AS day,
    WEEK(COALESCE(i.published_at, i.first_seen_at)) AS week,
    i.status AS status,
    FLAG(i.relevant) AS relevant,
    i.source_id AS source_id,
    i.title AS title,
    i.link AS link
FROM mention AS m
JOIN item AS i ON i.id = m.item_id
LEFT JOIN organisation AS o ON o.id = m.target_id
LEFT JOIN placed_name AS p ON p.name = m.as_written
WHERE m.target = 'organisation'
    AND NOT EXISTS (
        SELECT 1 FROM mention AS first
        WHERE first.item_id = m.item_id AND first.target = 'organisation' AND first.target_id = m.target_id AND first.id < m.id
    )
