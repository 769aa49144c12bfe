-- Stories that three or more independent outlets told, the most first
SELECT week, title, independent_sources, items, reprints, first_source_id, languages, link
FROM v1_stories
WHERE independent_sources >= 3
ORDER BY week DESC, independent_sources DESC, story_id
