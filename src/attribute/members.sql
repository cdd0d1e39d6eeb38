-- Question: which units have an impression of the flag?
-- Inputs:   environment, flag, unit_type; marks: rows (which rows are known), units (of which units).
-- Columns:  unit_hash.
SELECT unit_hash
FROM raw_impressions
WHERE environment = {environment:String} AND flag = {flag:String} AND unit_type = {unit_type:String}
    AND (/*rows*/) AND (/*units*/)
