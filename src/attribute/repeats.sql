-- Question: how many rows repeat an identity, of which units and ids?
-- Inputs:   most_listed; marks: repeated_rows (repeated-rows.sql) and what it takes, among (which of them).
-- Columns:  repeats, and of each at most most_listed: units (a hash per repeating row), impressions and conversions (the
--           hashes of their repeated ids, each once).
SELECT
    count() AS repeats,
    groupArray({most_listed:UInt32})(unit_hash) AS units,
    groupUniqArrayIf({most_listed:UInt32})(id_hash, is_impression) AS impressions,
    groupUniqArrayIf({most_listed:UInt32})(id_hash, NOT is_impression) AS conversions
FROM (/*repeated_rows*/)
WHERE /*among*/
