-- Question: what are all assignments of an experiment, for a new build?
-- Inputs:   build, numbers (of each epoch), cycle; marks: pairs (pairs.sql) and what it takes, and_segments (where there are segments).
-- Columns:  a row of assignments.
INSERT INTO assignments (unit_hash, build, epoch, arm, flags, first, origin, cycle /*and_segments*/)
SELECT
    unit_hash, {build:UInt32} AS build, {numbers:Array(UInt16)}[epoch] AS number, arm,
    is_new + 2 * guarded + 4 * mixed AS bits, first, origin, {cycle:UInt64} AS written /*and_segments*/
FROM (/*pairs*/)
