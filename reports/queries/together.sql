-- Which organisations are named together, and in how many items
SELECT a.organisation AS one, b.organisation AS other, COUNT(*) AS items, MAX(a.day) AS latest
FROM v1_mentions AS a
JOIN v1_mentions AS b ON b.item_id = a.item_id AND b.organisation > a.organisation
WHERE a.relevant = 1 AND a.status = 'kept'
GROUP BY a.organisation, b.organisation
HAVING COUNT(*) > 1
ORDER BY items DESC, one, other
