-- Question: which units have new impressions of which flags?
-- Inputs:   environment, unit_type, flags; marks: fresh (which rows are new), into.
-- Columns:  flag, unit_hash, plan (index from 1 of the flag).
INSERT INTO /*into*/
SELECT DISTINCT flag, unit_hash, toUInt16(indexOf({flags:Array(String)}, flag)) AS plan
FROM raw_impressions
WHERE environment = {environment:String} AND unit_type = {unit_type:String} AND flag IN {flags:Array(String)}
    AND (/*fresh*/)
