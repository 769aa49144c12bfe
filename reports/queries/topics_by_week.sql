-- Relevant stories by week, and how many of them are about DeepSeek, funding and adoption
SELECT
    week,
    COUNT(DISTINCT COALESCE(story_id, -item_id)) AS stories,
    COUNT(DISTINCT CASE WHEN topics LIKE '%deepseek%' THEN COALESCE(story_id, -item_id) END) AS deepseek,
    COUNT(DISTINCT CASE WHEN topics LIKE '%funding%' THEN COALESCE(story_id, -item_id) END) AS funding,
    COUNT(DISTINCT CASE WHEN topics LIKE '%model_adoption%' THEN COALESCE(story_id, -item_id) END) AS adoption
FROM v1_items
WHERE relevant = 1 AND status = 'kept'
GROUP BY week
ORDER BY week DESC
