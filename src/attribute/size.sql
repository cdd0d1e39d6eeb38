-- Question: about how many rows are there to read?
-- Inputs:   environment, unit_type, names; marks: conversions_table, rows, units (a sample of them), members (members.sql).
-- Columns:  impressions, conversions (of all units), own (conversions of units with an impression of the flag).
SELECT
    (SELECT count() FROM (/*members*/)) AS impressions,
    count() AS conversions,
    countIf(unit_hash IN (/*members*/)) AS own
FROM /*conversions_table*/
WHERE environment = {environment:String} AND unit_type = {unit_type:String} AND name IN {names:Array(String)}
    AND (/*rows*/) AND (/*units*/)
