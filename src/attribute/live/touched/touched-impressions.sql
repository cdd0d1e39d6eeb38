-- Question: what are all known impressions of each unit and flag that has a new one?
-- Inputs:   environment, unit_type; marks: touched_flags (the table of touched-flags.sql), rows (which rows are known
--           now), before (which were known before), attributes (they, or anything of their type where nobody asks for
--           them), into.
-- Columns:  those of raw_impressions that attribution reads, known_before. A unit's hash has its type in it.
INSERT INTO /*into*/
SELECT
    {environment:String} AS environment, flag, {unit_type:String} AS unit_type, unit_hash, variant, ts, id_hash, content_hash,
    reason, flag_version, /*attributes*/ AS attributes, /*before*/ AS known_before
FROM raw_impressions
PREWHERE unit_hash IN (SELECT unit_hash FROM /*touched_flags*/)
    AND raw_impressions.environment = {environment:String} AND (flag, unit_hash) IN (SELECT flag, unit_hash FROM /*touched_flags*/)
WHERE /*rows*/
