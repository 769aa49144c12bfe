CREATE VIEW v1_stories AS
SELECT
    t.id AS story_id,
    t.title AS title,
    (SELECT i.link FROM item AS i WHERE i.id = t.lead_item_id) AS link,
    (SELECT i.source_id FROM item AS i WHERE i.id = t.lead_item_id) AS source_id,
    UTC(t.first_seen_at) AS first_seen_at,
    UTC(t.last_seen_at) AS last_seen_at,
    UTC(t.published_at) AS published_at,
    DAY(COALESCE(t.published_at, t.first_seen_at)) AS day,
    WEEK(COALESCE(t.published_at, t.first_seen_at)) AS week,
    t.items AS items,
    t.sources AS independent_sources,
    (SELECT COUNT(*) FROM item AS i WHERE i.story_id = t.id AND i.relation = 'reprint') AS reprints,
    (
        SELECT LIST(told.source_id)
        FROM (
            SELECT i.source_id, MIN(i.first_seen_at) AS seen FROM item AS i
            WHERE i.story_id = t.id GROUP BY i.source_id ORDER BY seen, i.source_id
        ) AS told
    ) AS source_ids,
    (
        SELECT i.source_id FROM item AS i
        WHERE i.story_id = t.id ORDER BY COALESCE(i.published_at, i.first_seen_at), i.id LIMIT 1
    ) AS first_source_id,
    UTC((
        SELECT MIN(COALESCE(i.published_at, i.first_seen_at)) FROM item AS i JOIN source AS s ON s.id = i.source_id
        WHERE i.story_id = t.id AND s.tier = 'official'
    )) AS official_at,
    ITEMS_OF(t.languages) AS languages,
    ITEMS_OF(t.topics) AS topics,
    (
        SELECT LIST(m.name)
        FROM (
            SELECT DISTINCT COALESCE(n.target_id, n.as_written) AS name FROM mention AS n JOIN item AS i ON i.id = n.item_id
            WHERE i.story_id = t.id AND n.target = 'organisation' ORDER BY name
        ) AS m
    ) AS organisations,
    (
        SELECT LIST(m.name)
        FROM (
            SELECT DISTINCT COALESCE(n.target_id, n.as_written) AS name FROM mention AS n JOIN item AS i ON i.id = n.item_id
            WHERE i.story_id = t.id AND n.target = 'model' ORDER BY name
        ) AS m
    ) AS models,
    (SELECT COUNT(*) FROM story_fact AS f WHERE f.story_id = t.id) AS facts,
    t.follows_id AS follows_id,
    ROUND(CAST(t.sources / (1 + AGE(COALESCE(t.last_seen_at, t.first_seen_at)) / 3.0) AS NUMERIC), 2) AS heat
FROM story AS t
WHERE +t.merged_into IS NULL AND t.items > 0
