CREATE VIEW v1_organisations AS
SELECT
    o.id AS organisation_id,
    o.kind AS kind,
    o.name_zh AS name_zh,
    o.name_en AS name_en,
    o.ticker AS ticker,
    o.province AS province,
    o.city AS city,
    ITEMS_OF(o.aliases) AS aliases,
    (SELECT COUNT(*) FROM mention AS m WHERE m.target_id = o.id) AS mentions
FROM organisation AS o
