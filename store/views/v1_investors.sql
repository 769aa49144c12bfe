CREATE VIEW v1_investors AS
SELECT
    CAST('funding:' || CAST(f.id AS TEXT) AS TEXT) AS fact_id,
    f.type AS type,
    f.item_id AS item_id,
    i.story_id AS story_id,
    f.announced_on AS announced_on,
    WEEK_OF_DATE(f.announced_on) AS week,
    v.organisation_id AS investor_id,
    COALESCE(o.name_zh, o.name_en, v.name) AS investor,
    v.name AS as_written,
    o.kind AS investor_kind,
    v.position + 1 AS position,
    FLAG(v.lead) AS lead,
    f.company_id AS company_id,
    f.company AS company,
    f.round AS round,
    f.kind AS kind,
    f.stage AS stage,
    f.amount_as_written AS amount_as_written,
    f.cny_low AS cny_low,
    f.usd_low AS usd_low,
    FLAG(f.health) AS health,
    CASE
        WHEN f.background OR f.reviewed = 'wrong' THEN 0
        WHEN i.story_id IS NULL THEN 1
        WHEN (SELECT COUNT(*) FROM story_fact AS told WHERE told.fact_id = CAST('funding:' || CAST(f.id AS TEXT) AS TEXT) AND told.story_id = i.story_id) > 0 THEN 1
        ELSE 0
    END AS counted,
    f.evidence AS evidence,
    i.link AS link
FROM fact_investor AS v
JOIN fact_funding AS f ON f.id = v.funding_id
JOIN item AS i ON i.id = f.item_id
LEFT JOIN organisation AS o ON o.id = v.organisation_id
