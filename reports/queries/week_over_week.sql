-- Stories, rounds and adoptions of each week, beside those of the week before
WITH told AS (
    SELECT week, COUNT(*) AS stories, 0 AS rounds, 0 AS adoptions FROM v1_stories GROUP BY week
    UNION ALL
    SELECT week, 0, SUM(CASE WHEN type = 'funding' THEN 1 ELSE 0 END), SUM(CASE WHEN type = 'adoption' THEN 1 ELSE 0 END)
    FROM v1_story_facts WHERE week IS NOT NULL GROUP BY week
), weeks AS (
    SELECT week, SUM(stories) AS stories, SUM(rounds) AS rounds, SUM(adoptions) AS adoptions FROM told GROUP BY week
)
SELECT
    week,
    stories,
    stories - LAG(stories) OVER (ORDER BY week) AS stories_more,
    rounds,
    rounds - LAG(rounds) OVER (ORDER BY week) AS rounds_more,
    adoptions,
    adoptions - LAG(adoptions) OVER (ORDER BY week) AS adoptions_more
FROM weeks
ORDER BY week DESC
