CREATE VIEW v1_source_health AS
SELECT
    s.id AS source_id,
    s.name AS source,
    s.category AS category,
    s.tier AS tier,
    s.kind AS kind,
    FLAG(s.enabled) AS enabled,
    COALESCE(h.status, 'new') AS status,
    UTC(h.status_since) AS status_since_at,
    h.status_reason AS status_reason,
    UTC(h.last_fetch_at) AS last_fetch_at,
    UTC(h.last_success_at) AS last_success_at,
    UTC(h.last_new_at) AS last_new_at,
    UTC(h.newest_entry_at) AS newest_entry_at,
    UTC(h.next_due_at) AS next_due_at,
    h.interval_seconds AS interval_seconds,
    h.failures AS failures,
    (SELECT COUNT(*) FROM "fetch" AS f WHERE f.source_id = s.id AND f.started_at >= DAYS_AGO(7)) AS fetches_7d,
    (
        SELECT COUNT(*) FROM "fetch" AS f
        WHERE f.source_id = s.id AND f.status IN ('failed', 'refused') AND f.started_at >= DAYS_AGO(7)
    ) AS failed_7d,
    (SELECT COUNT(*) FROM item AS i WHERE i.source_id = s.id AND i.status = 'kept') AS items_kept,
    (SELECT COUNT(*) FROM item AS i WHERE i.source_id = s.id AND i.status = 'kept' AND i.first_seen_at >= DAYS_AGO(7)) AS items_kept_7d
FROM source AS s
LEFT JOIN source_state AS h ON h.source_id = s.id
WHERE s.listed
