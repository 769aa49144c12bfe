-- Who holds how many approvals, by decision and authority
SELECT subject AS holder, stage AS decision, others AS authority, COUNT(*) AS approvals, MAX(announced_on) AS latest_on
FROM v1_facts
WHERE type = 'approval' AND counted = 1
GROUP BY subject, stage, others
ORDER BY approvals DESC, latest_on DESC, COALESCE(subject, '')
