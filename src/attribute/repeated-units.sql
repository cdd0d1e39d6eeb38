-- Question: which units have rows that repeat an identity, among impressions of the flag and conversions of the names,
--           and how many such rows are there?
-- Inputs:   environment, flag, unit_type, names; marks: rows, units and conversion_units (of which units).
-- Columns:  unit_hash, repeats.
-- Arrays, not uniqExact: one set per unit costs seven times as much.
SELECT unit_hash, sum(repeats_here) AS repeats
FROM
(
    SELECT unit_hash, length(ids) - arrayUniq(ids) AS repeats_here
    FROM
    (
        SELECT unit_hash, groupArray(id_hash) AS ids
        FROM raw_impressions
        WHERE environment = {environment:String} AND flag = {flag:String} AND unit_type = {unit_type:String}
            AND (/*rows*/) AND (/*units*/)
        GROUP BY unit_hash
    )
    WHERE repeats_here > 0
    UNION ALL
    SELECT unit_hash, length(ids) - arrayUniq(ids) AS repeats_here
    FROM
    (
        SELECT unit_hash, groupArray(id_hash) AS ids
        FROM raw_conversions
        WHERE environment = {environment:String} AND unit_type = {unit_type:String} AND name IN {names:Array(String)}
            AND (/*rows*/) AND (/*conversion_units*/)
        GROUP BY unit_hash
    )
    WHERE repeats_here > 0
)
GROUP BY unit_hash
