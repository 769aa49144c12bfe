CREATE VIEW v1_facts AS
SELECT
    a.fact_id AS fact_id,
    a.type AS type,
    a.item_id AS item_id,
    i.story_id AS story_id,
    a.announced_on AS announced_on,
    WEEK_OF_DATE(a.announced_on) AS week,
    FLAG(a.background) AS background,
    FLAG(a.health) AS health,
    CASE
        WHEN a.background OR a.reviewed = 'wrong' THEN 0
        WHEN ROW_NUMBER() OVER (
            PARTITION BY a.type, COALESCE(i.story_id, -a.item_id), COALESCE(a.subject_id, a.subject), a.apart
            ORDER BY
                a.background,
                CASE COALESCE(a.reviewed, '') WHEN 'wrong' THEN 2 WHEN '' THEN 1 ELSE 0 END,
                a.confidence DESC,
                a.fact_id
        ) = 1 THEN 1
        ELSE 0
    END AS counted,
    ROLES(a),
    a.evidence AS evidence,
    a.confidence AS confidence,
    a.found_by AS found_by,
    a.reviewed AS reviewed,
    UTC(a.recorded_at) AS recorded_at,
    i.title AS title,
    i.link AS link,
    i.source_id AS source_id
FROM (
EVERY_FACT
) AS a
JOIN item AS i ON i.id = a.item_id
