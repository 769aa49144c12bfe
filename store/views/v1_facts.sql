CREATE VIEW v1_facts AS
EACH_TABLE(
SELECT
    FACT_ID AS fact_id,
    TYPE AS type,
    f.item_id AS item_id,
    i.story_id AS story_id,
    f.announced_on AS announced_on,
    WEEK_OF_DATE(f.announced_on) AS week,
    FLAG(f.background) AS background,
    FLAG(f.health) AS health,
    CASE
        WHEN f.background OR f.reviewed = 'wrong' THEN 0
        WHEN i.story_id IS NULL THEN 1
        WHEN (SELECT COUNT(*) FROM story_fact AS told WHERE told.fact_id = FACT_ID AND told.story_id = i.story_id) > 0 THEN 1
        ELSE 0
    END AS counted,
    ROLES,
    COALESCE(
        (SELECT o.kind FROM organisation AS o WHERE o.id = SUBJECT_ID),
        (
            SELECT MIN(m.kind) FROM mention AS m
            WHERE m.item_id = f.item_id AND m.target = 'organisation' AND m.as_written = SUBJECT
        )
    ) AS subject_kind,
    COALESCE(
        (SELECT o.province FROM organisation AS o WHERE o.id = SUBJECT_ID),
        (SELECT p.province FROM placed_name AS p WHERE p.name = SUBJECT)
    ) AS province,
    COALESCE(
        (SELECT o.city FROM organisation AS o WHERE o.id = SUBJECT_ID),
        (SELECT p.city FROM placed_name AS p WHERE p.name = SUBJECT)
    ) AS city,
    f.evidence AS evidence,
    f.confidence AS confidence,
    f.found_by AS found_by,
    f.reviewed AS reviewed,
    UTC(f.recorded_at) AS recorded_at,
    i.title AS title,
    i.link AS link,
    i.source_id AS source_id
FROM FACTS AS f
JOIN item AS i ON i.id = f.item_id
)
