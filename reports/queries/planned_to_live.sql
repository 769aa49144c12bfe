-- Who went from a plan, an announcement or a pilot to use, and on which days each was told
WITH steps AS (
    SELECT
        COALESCE(subject_id, subject) AS who,
        MIN(subject) AS adopter,
        model_family,
        MIN(CASE WHEN stage IN ('planned', 'announced') THEN announced_on END) AS intended_on,
        MIN(CASE WHEN stage = 'pilot' THEN announced_on END) AS pilot_on,
        MIN(CASE WHEN stage IN ('live', 'expanded') THEN announced_on END) AS live_on
    FROM v1_facts
    WHERE type = 'adoption' AND background = 0 AND COALESCE(reviewed, '') <> 'wrong'
    GROUP BY COALESCE(subject_id, subject), model_family
)
SELECT adopter, model_family, intended_on, pilot_on, live_on
FROM steps
WHERE live_on > COALESCE(intended_on, pilot_on)
ORDER BY live_on DESC, adopter
