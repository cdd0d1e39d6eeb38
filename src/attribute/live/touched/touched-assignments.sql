-- Question: which assignments have the units with new conversions, where no new impression touches them?
-- Inputs:   builds and first_epochs (of each plan: its build, and the index of its first epoch), until (ms, per epoch);
--           marks: names and touched_flags (tables of what is touched), into; known_segments, last_segments and
--           and_segments (where the plans have segments).
-- Columns:  as touched-pairs.sql; both sides are the same.
INSERT INTO /*into*/
SELECT
    side, unit_hash, epoch, first, arm, bitTest(bits, 1) AS guarded, bitTest(bits, 2) AS mixed,
    bitTest(bits, 0) AS is_new, origin, toDate(intDiv(first, 86400000)) AS cohort_day,
    {until:Array(Int64)}[epoch] AS until, 0 AS changed, /*known_segments*/ AS segments
FROM
(
    SELECT
        unit_hash,
        indexOf({builds:Array(UInt32)}, build) AS plan,
        toUInt16({first_epochs:Array(UInt16)}[plan] + number - 1) AS epoch,
        argMax(arm, cycle) AS arm, argMax(flags, cycle) AS bits, argMax(first, cycle) AS first, argMax(origin, cycle) AS origin
        /*last_segments*/
    FROM (SELECT unit_hash, build, epoch AS number, arm, flags, first, origin, cycle /*and_segments*/ FROM assignments
        PREWHERE unit_hash IN (SELECT unit_hash FROM /*names*/)
        WHERE build IN {builds:Array(UInt32)})
    GROUP BY unit_hash, build, number
)
ARRAY JOIN [toInt8(-1), toInt8(1)] AS side
WHERE NOT bitTest(bits, 3) AND (unit_hash, toUInt16(plan)) NOT IN (SELECT unit_hash, plan FROM /*touched_flags*/)
