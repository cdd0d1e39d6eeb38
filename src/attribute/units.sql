-- Question: how many units does each epoch, population, cohort day, arm and segment have, and how many are left out of it?
-- Inputs:   marks: pairs (pairs.sql) and what it takes; each_segment, segment and and_segment (where there are segments).
-- Columns:  epoch and arm (indexes), is_new, cohort_day, guarded, segment (0: all units), units, mixed.
SELECT epoch, is_new, cohort_day, arm, guarded, /*segment*/ count() AS units, countIf(mixed) AS mixed
FROM (/*pairs*/)
/*each_segment*/
WHERE selected
GROUP BY epoch, is_new, cohort_day, arm, guarded /*and_segment*/
