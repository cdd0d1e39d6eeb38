-- Question: which impressions of a flag by units of one type are known, each event once?
-- Inputs:   environment, flag, unit_type; marks: rows (which rows are known), units (of which units), repeated (the
--           units among which an identity is found twice: a list or a question).
-- Columns:  unit_hash, t (ms since 1970), content_hash, variant, reason, flag_version, attributes.
-- Of several rows with one identity the one with the smallest (ts, content hash) counts, whichever came first. Looking
-- for them among all units costs several times the rest, so only units that have some take the second branch.
SELECT unit_hash, toUnixTimestamp64Milli(ts) AS t, content_hash, variant, reason, flag_version, attributes
FROM raw_impressions
WHERE environment = {environment:String} AND flag = {flag:String} AND unit_type = {unit_type:String}
    AND (/*rows*/) AND (/*units*/) AND unit_hash NOT IN (/*repeated*/)
UNION ALL
SELECT unit_hash, kept.1 AS t, kept.2 AS content_hash, kept.3 AS variant, kept.4 AS reason, kept.5 AS flag_version,
    kept.6 AS attributes
FROM
(
    SELECT unit_hash, argMin(
        (toUnixTimestamp64Milli(ts), content_hash, variant, reason, flag_version, attributes),
        (ts, content_hash)) AS kept
    FROM raw_impressions
    WHERE environment = {environment:String} AND flag = {flag:String} AND unit_type = {unit_type:String}
        AND (/*rows*/) AND (/*units*/) AND unit_hash IN (/*repeated*/)
    GROUP BY unit_hash, id_hash
)
