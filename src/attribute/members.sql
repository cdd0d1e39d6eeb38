-- Question: which units have an impression of the flags?
-- Inputs:   environment, flags, unit_type; marks: impressions_table, rows (which rows are known), units (of which units).
-- Columns:  unit_hash.
SELECT unit_hash
FROM /*impressions_table*/
WHERE environment = {environment:String} AND flag IN {flags:Array(String)} AND unit_type = {unit_type:String}
    AND (/*rows*/) AND (/*units*/)
