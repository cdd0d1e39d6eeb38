-- Question: what are the assignments that new rows change?
-- Inputs:   build_of and numbers (of each epoch: its build, and its number there); marks: pairs (the table of touched
--           pairs), into, and_segments and segments_at_last (where the plans have segments).
-- Columns:  a row of assignments but for the cycle; deleted where the unit has none any more.
INSERT INTO /*into*/ (unit_hash, build, epoch, arm, flags, first, origin /*and_segments*/)
SELECT
    unit_hash,
    {build_of:Array(UInt32)}[epoch] AS build,
    {numbers:Array(UInt16)}[epoch] AS number,
    argMax(arm, side) AS last_arm,
    argMax(is_new + 2 * guarded + 4 * mixed, side) + 8 * (max(side) = -1) AS bits,
    argMax(first, side) AS last_first, argMax(origin, side) AS last_origin /*segments_at_last*/
FROM /*pairs*/
WHERE changed
GROUP BY unit_hash, epoch
