-- Sources that are not well: since when, why, and when they last brought something
SELECT source_id, status, status_since_at, status_reason, last_new_at, items_kept_7d
FROM v1_source_health
WHERE enabled = 1 AND status NOT IN ('ok', 'new')
ORDER BY status_since_at
