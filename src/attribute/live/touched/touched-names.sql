-- Question: which parts of which units' conversions have new rows?
-- Inputs:   environment, unit_type, names, parts (of each name: the number of the part it is in); marks: fresh (which rows
--           are new), unit_part, into.
-- Columns:  unit_hash, unit_part (a number for unit and part).
INSERT INTO /*into*/
SELECT DISTINCT unit_hash, /*unit_part*/ AS unit_part
FROM raw_conversions
WHERE environment = {environment:String} AND unit_type = {unit_type:String} AND name IN {names:Array(String)}
    AND (/*fresh*/)
