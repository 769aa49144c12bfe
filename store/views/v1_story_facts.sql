CREATE VIEW v1_story_facts AS
EACH_TABLE(
SELECT
    e.id AS story_fact_id,
    e.story_id AS story_id,
    e.fact_id AS fact_id,
    e.type AS type,
    e.announced_on AS announced_on,
    WEEK_OF_DATE(e.announced_on) AS week,
    FLAG(f.health) AS health,
    ROLES,
    LENGTH_OF(e.proofs) AS proofs,
    ITEMS_OF(e.proofs) AS proof_ids,
    e.sources AS independent_sources,
    e.first_source_id AS first_source_id,
    UTC(e.first_reported_at) AS first_reported_at,
    UTC(e.official_at) AS official_at,
    HOURS(e.first_reported_at, e.official_at) AS hours_to_official,
    TEXT_OF(e.differences) AS differences,
    f.evidence AS evidence,
    f.confidence AS confidence,
    f.reviewed AS reviewed,
    i.link AS link
FROM story_fact AS e
JOIN FACTS AS f ON SAME_FACT
JOIN item AS i ON i.id = f.item_id
)
