-- Question: how many rows repeat an identity, of which units and ids?
-- Inputs:   most_listed; marks: repeated_rows (repeated-rows.sql) and what it takes, among (which of them).
-- Columns:  repeats, and of each at most most_listed: units (a hash per repeating row), ids (hashes, each once).
SELECT
    count() AS repeats,
    groupArray({most_listed:UInt32})(unit_hash) AS units,
    groupUniqArray({most_listed:UInt32})(id_hash) AS ids
FROM (/*repeated_rows*/)
WHERE /*among*/
