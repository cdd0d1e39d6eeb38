-- Question: in which epoch is an impression, on which arm, and does it count?
-- Inputs:   start and end (ms), reasons; marks: impressions (impressions.sql), epoch, versioned (1 where the epoch is
--           that of its flag version), arm (index from 1 over all epochs' arms; 0 for none), in_epoch (is it an arm of
--           this epoch), on_target, selected (does it match the segment).
-- Columns:  unit_hash, content_hash, t, reason, epoch (index from 1), versioned, arm, selected, left_out: 0 it counts,
--           1 outside the dates, 2 by its reason, 3 off target, 4 of an unknown variant; the first that applies.
SELECT
    unit_hash, content_hash, t, reason,
    /*epoch*/ AS epoch,
    /*versioned*/ AS versioned,
    /*arm*/ AS arm,
    /*selected*/ AS selected,
    multiIf(
        t < {start:Int64} OR t >= {end:Int64}, 1,
        reason NOT IN {reasons:Array(String)}, 2,
        NOT (/*on_target*/), 3,
        arm = 0 OR NOT (/*in_epoch*/), 4,
        0) AS left_out
FROM (/*impressions*/)
