-- Question: which impressions of some flags by units of one type are known, as they stand?
-- Inputs:   environment, flags, unit_type; marks: impressions_table, rows (which rows are known), units (of which units),
--           ids (with which ids), plan (index from 1 of the experiment on the flag).
-- Columns:  unit_hash, plan, t (ms since 1970), content_hash, variant, reason, flag_version, attributes.
SELECT unit_hash, /*plan*/ AS plan, toUnixTimestamp64Milli(ts) AS t, content_hash, variant, reason, flag_version, attributes
FROM /*impressions_table*/
WHERE environment = {environment:String} AND flag IN {flags:Array(String)} AND unit_type = {unit_type:String}
    AND (/*rows*/) AND (/*units*/) AND (/*ids*/)
