CREATE VIEW v1_items AS
SELECT
    i.id AS item_id,
    i.story_id AS story_id,
    i.relation AS relation,
    i.title AS title,
    i.link AS link,
    i.language AS language,
    i.source_id AS source_id,
    (SELECT s.name FROM source AS s WHERE s.id = i.source_id) AS source,
    (SELECT s.tier FROM source AS s WHERE s.id = i.source_id) AS tier,
    i.outlet AS outlet,
    UTC(i.published_at) AS published_at,
    i.published_precision AS published_precision,
    i.date_trust AS date_trust,
    UTC(i.first_seen_at) AS first_seen_at,
    DAY(COALESCE(i.published_at, i.first_seen_at)) AS day,
    WEEK(COALESCE(i.published_at, i.first_seen_at)) AS week,
    FLAG(i.backlog) AS backlog,
    i.status AS status,
    i.status_reason AS status_reason,
    FLAG(i.relevant) AS relevant,
    i.score AS score,
    (
        SELECT LIST(t.topic_id) FROM (SELECT topic_id FROM item_topic WHERE item_id = i.id ORDER BY topic_id) AS t
    ) AS topics,
    (
        SELECT LIST(m.name)
        FROM (
            SELECT DISTINCT COALESCE(target_id, as_written) AS name FROM mention
            WHERE item_id = i.id AND target = 'organisation' ORDER BY name
        ) AS m
    ) AS organisations,
    (
        SELECT LIST(m.name)
        FROM (
            SELECT DISTINCT COALESCE(target_id, as_written) AS name FROM mention
            WHERE item_id = i.id AND target = 'model' ORDER BY name
        ) AS m
    ) AS models,
    LENGTH(i.text) AS characters
FROM item AS i
