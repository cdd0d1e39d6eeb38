-- Question: which assignments do the units with new impressions have now (side 1), and which had they before (side -1)?
-- Inputs:   own_epochs (epochs beyond them are of before); marks: pairs (pairs.sql of both sides over the touched
--           impressions), names (the table of touched names), into; and_segments and side_segments
--           (where the plans have segments).
-- Columns:  those of pairs.sql, side, changed (is one of the two missing or different?), segments. What did not change is left
--           out, but for units with new conversions.
INSERT INTO /*into*/
SELECT
    each_side.1 AS side, unit_hash, own_epoch AS epoch, each_side.2.1 AS first, each_side.2.2 AS arm, each_side.2.3 AS guarded,
    each_side.2.4 AS mixed, each_side.2.5 AS is_new, each_side.2.6 AS origin, each_side.3 AS cohort_day, each_side.4 AS until,
    changed, /*side_segments*/ AS segments
FROM
(
    SELECT unit_hash, own_epoch, sides, length(sides) = 1 OR sides[1].2 != sides[2].2 AS changed
    FROM
    (
        SELECT
            unit_hash,
            toUInt16((epoch - 1) % {own_epochs:UInt16} + 1) AS own_epoch,
            groupArray((if(epoch > {own_epochs:UInt16}, toInt8(-1), toInt8(1)),
                (first, arm, guarded, mixed, is_new, origin /*and_segments*/), cohort_day, until)) AS sides
        FROM (/*pairs*/)
        GROUP BY unit_hash, own_epoch
    )
)
ARRAY JOIN sides AS each_side
WHERE changed OR unit_hash IN (SELECT unit_hash FROM /*names*/)
