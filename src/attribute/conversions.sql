-- Question: which conversions of some names by units of one type are known, as they stand?
-- Inputs:   environment, unit_type, names; marks: conversions_table, rows (which rows are known), units (of which units),
--           ids (with which ids).
--           sides (the column of that name, where plans are asked twice: 1 it is known now, 2 it was before, 3 both).
-- Columns:  unit_hash, sides, t (ms since 1970), name, value (Nullable), id, attributes.
SELECT unit_hash, /*sides*/ toUnixTimestamp64Milli(ts) AS t, name, value, id, attributes
FROM /*conversions_table*/
WHERE environment = {environment:String} AND unit_type = {unit_type:String} AND name IN {names:Array(String)}
    AND (/*rows*/) AND (/*units*/) AND (/*ids*/)
