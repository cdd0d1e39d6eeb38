-- Question: how many units does each epoch, population, cohort day and arm have, and how many are left out of it?
-- Inputs:   mark: pairs (pairs.sql) and what it takes.
-- Columns:  epoch and arm (indexes), is_new, cohort_day, guarded, units, mixed.
SELECT epoch, is_new, cohort_day, arm, guarded, count() AS units, countIf(mixed) AS mixed
FROM (/*pairs*/)
WHERE selected
GROUP BY epoch, is_new, cohort_day, arm, guarded
