-- Question: which conversions of some names by units of one type are known, each event once?
-- Inputs:   environment, unit_type, names; marks as in impressions.sql.
-- Columns:  unit_hash, t (ms since 1970), name, value (Nullable), id, attributes.
-- Which row of an identity counts, and why there are two branches: see impressions.sql.
SELECT unit_hash, toUnixTimestamp64Milli(ts) AS t, name, value, id, attributes
FROM raw_conversions
WHERE environment = {environment:String} AND unit_type = {unit_type:String} AND name IN {names:Array(String)}
    AND (/*rows*/) AND (/*units*/) AND unit_hash NOT IN (/*repeated*/)
UNION ALL
SELECT unit_hash, kept.1 AS t, kept.2 AS name, kept.3 AS value, kept.4 AS id, kept.5 AS attributes
FROM
(
    SELECT unit_hash, argMin((toUnixTimestamp64Milli(ts), name, value, id, attributes), (ts, content_hash)) AS kept
    FROM raw_conversions
    WHERE environment = {environment:String} AND unit_type = {unit_type:String} AND name IN {names:Array(String)}
        AND (/*rows*/) AND (/*units*/) AND unit_hash IN (/*repeated*/)
    GROUP BY unit_hash, id_hash
)
