-- Question: the same as impressions.sql, each event once.
-- Inputs:   as there; mark: attributes (they, or anything of their type where nobody asks for them).
--           and_side (what else tells rows apart that do not stand for each other).
-- Columns:  as there.
-- Of several rows with one identity the one with the smallest (ts, content hash) counts, whichever came first. To find it
-- costs several times the rest, so only rows whose id is one of those that are repeated are asked for this way. They
-- are scattered, so that whole columns are read for them: none that is not needed.
SELECT unit_hash, kept.1 AS plan, kept.2 AS t, kept.3 AS content_hash, kept.4 AS variant, kept.5 AS reason,
    kept.6 AS flag_version, kept.7 AS attributes
FROM
(
    SELECT unit_hash, argMin(
        (/*plan*/, toUnixTimestamp64Milli(ts), content_hash, variant, reason, flag_version, /*attributes*/),
        (ts, content_hash)) AS kept
    FROM /*impressions_table*/
    WHERE environment = {environment:String} AND flag IN {flags:Array(String)} AND unit_type = {unit_type:String}
        AND (/*rows*/) AND (/*units*/) AND (/*ids*/)
    GROUP BY unit_hash, id_hash /*and_side*/
)
