-- Question: what are all known impressions of each unit and flag that has a new one?
-- Inputs:   environment, flags, unit_type; marks: fresh (which rows are new), rows (which rows are known now), before
--           (which were known before), into.
-- Columns:  those of raw_impressions that attribution reads, known_before.
INSERT INTO /*into*/
SELECT
    environment, flag, unit_type, unit_hash, variant, ts, id_hash, content_hash, reason, flag_version, attributes,
    /*before*/ AS known_before
FROM raw_impressions
WHERE environment = {environment:String} AND unit_type = {unit_type:String} AND flag IN {flags:Array(String)}
    AND (flag, unit_hash) IN
    (
        SELECT flag, unit_hash
        FROM raw_impressions
        WHERE environment = {environment:String} AND unit_type = {unit_type:String} AND flag IN {flags:Array(String)}
            AND (/*fresh*/)
    )
    AND (/*rows*/)
