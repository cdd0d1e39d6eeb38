-- Question: what are all assignments of an experiment, for a new build?
-- Inputs:   build, numbers (of each epoch), variants, cycle; mark: pairs (pairs.sql) and what it takes.
-- Columns:  a row of assignments.
INSERT INTO assignments (unit_hash, build, epoch, variant, first, origin, is_new, guarded, mixed, deleted, cycle)
SELECT
    unit_hash, {build:UInt32} AS build, {numbers:Array(UInt16)}[epoch] AS number,
    {variants:Array(String)}[arm] AS variant, first, origin, is_new, guarded, mixed, 0 AS deleted, {cycle:UInt64} AS cycle
FROM (/*pairs*/)
