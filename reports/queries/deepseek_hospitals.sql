-- How many hospitals took DeepSeek into use, by month and province
SELECT
    SUBSTR(CAST(announced_on AS TEXT), 1, 7) AS month,
    province,
    COUNT(DISTINCT COALESCE(subject_id, subject)) AS hospitals,
    SUM(CASE WHEN stage IN ('live', 'expanded') THEN 1 ELSE 0 END) AS live,
    SUM(CASE WHEN hosting = 'local' THEN 1 ELSE 0 END) AS on_own_machines
FROM v1_facts
WHERE type = 'adoption' AND model_family = 'deepseek' AND subject_kind = 'hospital' AND counted = 1 AND announced_on IS NOT NULL
GROUP BY month, province
ORDER BY month DESC, hospitals DESC, COALESCE(province, '')
