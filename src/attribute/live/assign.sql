-- Question: what are the assignments that a cycle changed?
-- Inputs:   build_of and numbers (of each epoch: its build, and its number there), cycle; marks: pairs (the table of touched
--           pairs), and_segments and segments_at_last (where the plans have segments).
-- Columns:  a row of assignments; deleted where the unit has none any more.
INSERT INTO assignments (unit_hash, build, epoch, arm, flags, first, origin, cycle /*and_segments*/)
SELECT
    unit_hash,
    {build_of:Array(UInt32)}[epoch] AS build,
    {numbers:Array(UInt16)}[epoch] AS number,
    argMax(arm, side) AS last_arm,
    argMax(is_new + 2 * guarded + 4 * mixed, side) + 8 * (max(side) = -1) AS bits,
    argMax(first, side) AS last_first, argMax(origin, side) AS last_origin, {cycle:UInt64} AS written /*segments_at_last*/
FROM /*pairs*/
WHERE changed
GROUP BY unit_hash, epoch
