-- Question: which assignments have the units with new conversions, where no new impression touches them?
-- Inputs:   builds and first_epochs (of each plan: its build, and the index of its first epoch), variants (of each plan),
--           until (ms, per epoch), flags, cycle (the one under way); marks: names and impressions (tables of what is
--           touched), into.
-- Columns:  as touched-pairs.sql; both sides are the same.
-- Rows of this cycle and later ones may be there when it is run again: only what was before it counts.
INSERT INTO /*into*/
SELECT
    side, unit_hash, epoch, kept.1 AS first,
    toUInt16(indexOf({variants:Array(Array(String))}[plan], kept.2)) AS arm,
    kept.3 AS guarded, kept.4 AS mixed, kept.5 AS is_new, kept.6 AS origin,
    toDate(intDiv(kept.1, 86400000)) AS cohort_day, {until:Array(Int64)}[epoch] AS until, 0 AS changed
FROM
(
    SELECT
        unit_hash,
        indexOf({builds:Array(UInt32)}, build) AS plan,
        toUInt16({first_epochs:Array(UInt16)}[plan] + assignments.epoch - 1) AS epoch,
        argMax((first, variant, guarded, mixed, is_new, origin, deleted), cycle) AS kept
    FROM assignments
    WHERE unit_hash IN (SELECT unit_hash FROM /*names*/)
        AND build IN {builds:Array(UInt32)} AND cycle < {cycle:UInt64}
    GROUP BY unit_hash, build, assignments.epoch
)
ARRAY JOIN [toInt8(-1), toInt8(1)] AS side
WHERE kept.7 = 0
    AND (unit_hash, {flags:Array(String)}[plan]) NOT IN (SELECT unit_hash, toString(flag) FROM /*impressions*/)
