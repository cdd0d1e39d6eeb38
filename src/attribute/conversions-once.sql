-- Question: the same as conversions.sql, each event once.
-- Inputs:   as there; marks: id, attributes (they, or anything of their type where nobody asks for them).
-- Columns:  as there.
-- Which row of an identity counts, and of which rows this is asked: see impressions-once.sql.
SELECT unit_hash, /*sides*/ kept.1 AS t, kept.2 AS name, kept.3 AS value, kept.4 AS id, kept.5 AS attributes
FROM
(
    SELECT unit_hash, argMin(
        (toUnixTimestamp64Milli(ts), name, value, /*id*/, /*attributes*/),
        (ts, content_hash)) AS kept
    FROM /*conversions_table*/
    WHERE environment = {environment:String} AND unit_type = {unit_type:String} AND name IN {names:Array(String)}
        AND (/*rows*/) AND (/*units*/) AND (/*ids*/)
    GROUP BY unit_hash, id_hash
)
