-- Question: what kinds of rows are there among some, and how many of each, and when did the last come?
-- Inputs:   mark: rows (which rows) and what it takes.
-- Columns:  is_impression, environment, unit_type, kind (the flag, or the conversion's name), rows, newest (receipt time of the last, ms).
SELECT 1 AS is_impression, environment, unit_type, flag AS kind, count() AS rows,
    toUnixTimestamp64Milli(max(_received_at)) AS newest
FROM raw_impressions
WHERE /*rows*/
GROUP BY environment, unit_type, kind
UNION ALL
SELECT 0 AS is_impression, environment, unit_type, name AS kind, count() AS rows,
    toUnixTimestamp64Milli(max(_received_at)) AS newest
FROM raw_conversions
WHERE /*rows*/
GROUP BY environment, unit_type, kind
