-- Question: which assignments, one per unit and epoch (which is of one plan), do the impressions make?
-- Inputs:   guard_until (ms, per epoch: its first impressions before then are left out unless versioned), until (ms,
--           per epoch: when a change ends its windows); marks: classified (classified.sql) and what it takes,
--           unit_and_plan (what tells the units of the plans apart), and_plan (the plan, where that takes one),
--           first_selected, and where the plans have segments: and_segments, first_segments, entry_segments.
-- Columns:  unit_hash, epoch (index from 1), first (ms of the first impression in the epoch), arm (index), guarded (left
--           out by the guard interval), mixed (met two variants in the epoch), selected (its first impression matches
--           the segment), is_new (the experiment first saw the unit in this epoch), origin (ms of that first sight),
--           cohort_day (UTC day of first), until, segments (of its first impression: a number for each attribute).
-- Impressions are ordered by time, then arm, then those out of the guard interval; content decides the rest.
SELECT
    unit_hash,
    entry.1 AS epoch,
    intDiv(entry.2, 65536) AS first,
    toUInt16(intDiv(entry.2 % 65536, 2)) AS arm,
    entry.2 % 2 = 1 AS guarded,
    entry.3 AS mixed,
    entry.4 AS selected,
    /*entry_segments*/
    seen.2 = epoch AS is_new,
    seen.1 AS origin,
    toDate(intDiv(first, 86400000)) AS cohort_day,
    {until:Array(Int64)}[epoch] AS until
FROM
(
    SELECT unit_hash, groupArray((epoch, rank, mixed, selected /*and_segments*/)) AS entries, min((intDiv(rank, 65536), epoch)) AS seen
    FROM
    (
        SELECT
            unit_hash, epoch, /*and_plan*/
            min(impression_rank) AS rank,
            min(arm) != max(arm) AS mixed,
            /*first_segments*/
            /*first_selected*/ AS selected
        FROM
        (
            SELECT
                unit_hash, plan, epoch, arm, content_hash, selected /*and_segments*/,
                NOT versioned AND t < {guard_until:Array(Int64)}[epoch] AS in_guard,
                t * 65536 + arm * 2 + in_guard AS impression_rank
            FROM (/*classified*/)
            WHERE left_out = 0
        )
        GROUP BY unit_hash, epoch
    )
    GROUP BY /*unit_and_plan*/
)
ARRAY JOIN entries AS entry
