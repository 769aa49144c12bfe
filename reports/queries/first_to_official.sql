-- How long from the first report of an event to the first official source, the longest first
SELECT type, announced_on, subject, first_source_id, first_reported_at, official_at, hours_to_official, independent_sources, link
FROM v1_story_facts
WHERE hours_to_official > 0
ORDER BY hours_to_official DESC, story_id
