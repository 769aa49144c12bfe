-- Which models were taken into use: adopters, how many live, how many on their own machines
SELECT
    model_family,
    COUNT(DISTINCT subject) AS adopters,
    SUM(CASE WHEN stage IN ('live', 'expanded') THEN 1 ELSE 0 END) AS live,
    SUM(CASE WHEN hosting = 'local' THEN 1 ELSE 0 END) AS local
FROM v1_facts
WHERE type = 'adoption' AND counted = 1
GROUP BY model_family
ORDER BY adopters DESC, model_family
