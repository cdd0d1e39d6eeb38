-- Question: in which epoch is an impression, on which arm, and does it count?
-- Inputs:   marks: impressions (impressions.sql), start and end of the experiment (ms), eligible (by its reason), epoch,
--           versioned (1 where the epoch is that of its flag version), arm (index from 1 over all arms of the plan's
--           epochs; 0 for none), in_epoch (is it an arm of this epoch), on_target, selected (does it match the segment),
--           impression_segments (the column of that name where the plans have segments).
-- Columns:  unit_hash, plan, content_hash, t, reason, epoch (index from 1 over all plans), versioned, arm, selected, segments, left_out: 0 it counts,
--           1 outside the dates, 2 by its reason, 3 off target, 4 of an unknown variant; the first that applies.
SELECT
    unit_hash, plan, content_hash, t, reason,
    /*epoch*/ AS epoch,
    /*versioned*/ AS versioned,
    /*arm*/ AS arm,
    /*selected*/ AS selected,
    /*impression_segments*/
    multiIf(
        t < /*start*/ OR t >= /*end*/, 1,
        NOT (/*eligible*/), 2,
        NOT (/*on_target*/), 3,
        arm = 0 OR NOT (/*in_epoch*/), 4,
        0) AS left_out
FROM (/*impressions*/)
