-- Question: how many conversions of the experiment's metrics since its start carry no unit of its type?
-- Inputs:   environment, unit_type, names, start and end (ms); marks: conversions_table, rows, units.
-- Columns:  conversions (events, each once although it is stored once per unit).
SELECT sum(arrayUniq(ids)) AS conversions
FROM
(
    SELECT groupArray(id_hash) AS ids
    FROM /*conversions_table*/
    WHERE environment = {environment:String} AND name IN {names:Array(String)}
        AND unit_type != {unit_type:String} AND NOT has(unit_types, {unit_type:String}) AND unit_type = unit_types[1]
        AND ts >= fromUnixTimestamp64Milli({start:Int64}, 'UTC') AND toUnixTimestamp64Milli(ts) < {end:Int64}
        AND (/*rows*/) AND (/*units*/)
    GROUP BY unit_hash
)
