CREATE VIEW v1_fact_changes AS
SELECT
    'judge:' || CAST(h.id AS TEXT) AS change_id,
    h.fact_id AS fact_id,
    h.type AS type,
    h.item_id AS item_id,
    UTC(h.changed_at) AS changed_at,
    WEEK(h.changed_at) AS week,
    h.change AS change,
    CAST('judge ' || h.judged_with AS TEXT) AS who,
    h.field AS field,
    h.before AS before,
    h.after AS after,
    (SELECT i.title FROM item AS i WHERE i.id = h.item_id) AS title,
    (SELECT i.link FROM item AS i WHERE i.id = h.item_id) AS link
FROM fact_history AS h
UNION ALL
SELECT
    'review:' || CAST(r.id AS TEXT) AS change_id,
    r.fact_id AS fact_id,
    (SELECT h.type FROM fact_history AS h WHERE h.fact_id = r.fact_id ORDER BY h.id DESC LIMIT 1) AS type,
    r.item_id AS item_id,
    UTC(r.said_at) AS changed_at,
    WEEK(r.said_at) AS week,
    r.verdict AS change,
    r.who AS who,
    r.field AS field,
    r.before AS before,
    r.after AS after,
    (SELECT i.title FROM item AS i WHERE i.id = r.item_id) AS title,
    (SELECT i.link FROM item AS i WHERE i.id = r.item_id) AS link
FROM fact_review AS r
