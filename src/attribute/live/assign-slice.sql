-- Question: what are all assignments of an experiment, for a new build?
-- Inputs:   build, numbers (of each epoch), cycle; mark: pairs (pairs.sql) and what it takes.
-- Columns:  a row of assignments.
INSERT INTO assignments (unit_hash, build, epoch, arm, flags, first, origin, cycle)
SELECT
    unit_hash, {build:UInt32} AS build, {numbers:Array(UInt16)}[epoch] AS number, arm,
    is_new + 2 * guarded + 4 * mixed AS bits, first, origin, {cycle:UInt64} AS written
FROM (/*pairs*/)
