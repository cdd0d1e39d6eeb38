-- Question: which impressions of a flag by units of one type are known, as they stand?
-- Inputs:   environment, flag, unit_type; marks: rows (which rows are known), units (of which units),
--           ids (with which ids).
-- Columns:  unit_hash, t (ms since 1970), content_hash, variant, reason, flag_version, attributes.
SELECT unit_hash, toUnixTimestamp64Milli(ts) AS t, content_hash, variant, reason, flag_version, attributes
FROM raw_impressions
WHERE environment = {environment:String} AND flag = {flag:String} AND unit_type = {unit_type:String}
    AND (/*rows*/) AND (/*units*/) AND (/*ids*/)
