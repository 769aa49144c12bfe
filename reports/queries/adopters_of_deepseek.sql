-- Who took DeepSeek into use, newest first, with the sentence that says so
SELECT announced_on, subject, model, department, stage, hosting, evidence, link
FROM v1_facts
WHERE type = 'adoption' AND model_family = 'deepseek' AND counted = 1
ORDER BY announced_on DESC, subject
