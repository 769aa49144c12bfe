CREATE VIEW v1_stories AS
SELECT
    t.id AS story_id,
    t.title AS title,
    lead.link AS link,
    lead.source_id AS source_id,
    UTC(t.first_seen_at) AS first_seen_at,
    UTC(t.last_seen_at) AS last_seen_at,
    UTC(t.published_at) AS published_at,
    DAY(COALESCE(t.published_at, t.first_seen_at)) AS day,
    WEEK(COALESCE(t.published_at, t.first_seen_at)) AS week,
    t.items AS items,
    t.sources AS independent_sources,
    ITEMS_OF(t.languages) AS languages,
    ITEMS_OF(t.topics) AS topics,
    t.follows_id AS follows_id,
    ROUND(CAST(t.sources / (1 + AGE(COALESCE(t.last_seen_at, t.first_seen_at)) / 3.0) AS NUMERIC), 2) AS heat
FROM story AS t
LEFT JOIN item AS lead ON lead.id = t.lead_item_id
WHERE t.merged_into IS NULL AND t.items > 0
