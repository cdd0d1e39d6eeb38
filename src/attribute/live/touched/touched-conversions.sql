-- Question: which conversions do the touched units have: the touched parts of a unit's, or all where its assignment changed?
-- Inputs:   environment, unit_type, names, parts (see touched-names.sql); marks: touched_names and pairs (tables of what is
--           touched), rows (which rows are known now), before (which were known before), unit_part, id and attributes (they,
--           or anything of their type where nobody asks for them), into.
-- Columns:  those of raw_conversions that attribution reads, known_before.
-- What can be told by the unit and the name comes first: of most of a unit's granules nothing else is read then. A unit's
-- hash has its type in it; each column that is read costs about a tenth of the whole.
INSERT INTO /*into*/
SELECT
    {environment:String} AS environment, {unit_type:String} AS unit_type, unit_hash, name, ts, id_hash, content_hash, value,
    /*id*/ AS id, /*attributes*/ AS attributes, /*before*/ AS known_before
FROM raw_conversions
PREWHERE unit_hash IN (SELECT unit_hash FROM /*pairs*/)
    AND
    (
        /*unit_part*/ IN (SELECT unit_part FROM /*touched_names*/)
        OR unit_hash IN (SELECT unit_hash FROM /*pairs*/ WHERE changed)
    )
WHERE raw_conversions.environment = {environment:String} AND name IN {names:Array(String)} AND (/*rows*/)
