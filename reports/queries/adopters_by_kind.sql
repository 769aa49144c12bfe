-- What kinds of organisations take which models into use, and how far they are
SELECT
    COALESCE(subject_kind, 'unknown') AS kind,
    model_family,
    COUNT(DISTINCT COALESCE(subject_id, subject)) AS adopters,
    SUM(CASE WHEN stage IN ('planned', 'announced') THEN 1 ELSE 0 END) AS intended,
    SUM(CASE WHEN stage = 'pilot' THEN 1 ELSE 0 END) AS pilot,
    SUM(CASE WHEN stage IN ('live', 'expanded') THEN 1 ELSE 0 END) AS live
FROM v1_facts
WHERE type = 'adoption' AND counted = 1
GROUP BY COALESCE(subject_kind, 'unknown'), model_family
ORDER BY adopters DESC, kind, COALESCE(model_family, '')
