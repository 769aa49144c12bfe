CREATE VIEW v1_mentions AS
SELECT
    m.item_id AS item_id,
    i.story_id AS story_id,
    m.target_id AS organisation_id,
    COALESCE(o.name_zh, o.name_en, m.as_written) AS organisation,
    m.as_written AS as_written,
    COALESCE(o.kind, m.kind) AS kind,
    COALESCE(o.province, (SELECT p.province FROM placed_name AS p WHERE p.name = m.as_written)) AS province,
    COALESCE(o.city, (SELECT p.city FROM placed_name AS p WHERE p.name = m.as_written)) AS city,
    COALESCE(m.all_times, m.times) AS times,
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
WHERE m.target = 'organisation' AND (m.all_times IS NULL OR m.all_times > 0)
