-- Question: what kinds of rows are there among some?
-- Inputs:   mark: rows (which rows) and what it takes.
-- Columns:  is_impression, environment, unit_type, kind (the flag, or the conversion's name).
SELECT DISTINCT 1 AS is_impression, environment, unit_type, flag AS kind
FROM raw_impressions
WHERE /*rows*/
UNION ALL
SELECT DISTINCT 0 AS is_impression, environment, unit_type, name AS kind
FROM raw_conversions
WHERE /*rows*/
