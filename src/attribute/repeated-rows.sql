-- Question: which rows, among impressions of the flags and conversions of the names, repeat an identity?
-- Inputs:   environment, flags, unit_type, names; marks: impressions_table, conversions_table, rows, units and conversion_units (of which units).
-- Columns:  unit_hash, id_hash, is_impression: one row for each row after the first of an identity.
-- Arrays, not uniqExact: one set per unit costs seven times as much.
SELECT
    unit_hash, is_impression,
    arrayJoin(arrayFilter((id, nth) -> nth > 1, ids, arrayEnumerateUniq(ids))) AS id_hash
FROM
(
    SELECT unit_hash, 1 AS is_impression, groupArray(id_hash) AS ids
    FROM /*impressions_table*/
    WHERE environment = {environment:String} AND flag IN {flags:Array(String)} AND unit_type = {unit_type:String}
        AND (/*rows*/) AND (/*units*/)
    GROUP BY unit_hash
    HAVING length(ids) > arrayUniq(ids)
    UNION ALL
    SELECT unit_hash, 0 AS is_impression, groupArray(id_hash) AS ids
    FROM /*conversions_table*/
    WHERE environment = {environment:String} AND unit_type = {unit_type:String} AND name IN {names:Array(String)}
        AND (/*rows*/) AND (/*conversion_units*/)
    GROUP BY unit_hash
    HAVING length(ids) > arrayUniq(ids)
)
