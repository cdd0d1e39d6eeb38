-- Question: how many units have repeated identities and how many rows repeat one; which units, if they are few?
-- Inputs:   most_listed; marks: repeated_units (repeated-units.sql) and what it takes, among (which of them).
-- Columns:  units, repeats, listed (unit hashes, at most most_listed of them).
SELECT count() AS units, sum(repeats) AS repeats, groupArray({most_listed:UInt32})(unit_hash) AS listed
FROM (/*repeated_units*/)
WHERE /*among*/
