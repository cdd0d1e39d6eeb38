-- Question: what are the assignments that a cycle changed?
-- Inputs:   builds, numbers (of each epoch: its build, and its number there), variants (by plan), plan_of (of each epoch),
--           cycle; mark: pairs (the table of touched pairs).
-- Columns:  a row of assignments; deleted where the unit has none any more.
INSERT INTO assignments (unit_hash, build, epoch, variant, first, origin, is_new, guarded, mixed, deleted, cycle)
SELECT
    unit_hash,
    {build_of:Array(UInt32)}[epoch] AS build,
    {numbers:Array(UInt16)}[epoch] AS number,
    {variants:Array(Array(String))}[{plan_of:Array(UInt16)}[epoch]][max((side, arm)).2] AS variant,
    max((side, first)).2 AS first_of, max((side, origin)).2 AS origin_of, max((side, is_new)).2 AS is_new_of,
    max((side, guarded)).2 AS guarded_of, max((side, mixed)).2 AS mixed_of,
    max(side) = -1 AS deleted, {cycle:UInt64} AS cycle
FROM /*pairs*/
WHERE changed
GROUP BY unit_hash, epoch
