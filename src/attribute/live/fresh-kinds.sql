-- Question: what kinds of rows were received after one time and up to another?
-- Inputs:   from and to (ms).
-- Columns:  is_impression, environment, unit_type, kind (the flag, or the conversion's name).
SELECT DISTINCT 1 AS is_impression, environment, unit_type, flag AS kind
FROM raw_impressions
WHERE _received_at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND _received_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
UNION ALL
SELECT DISTINCT 0 AS is_impression, environment, unit_type, name AS kind
FROM raw_conversions
WHERE _received_at > fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND _received_at <= fromUnixTimestamp64Milli({to:Int64}, 'UTC')
