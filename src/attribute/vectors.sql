-- Question: what do the conversions of units make of each metric, per unit and epoch?
-- Inputs:   earliest (ms: conversions before then are in no window and no pre-period); marks: pairs (pairs.sql),
--           conversions (conversions.sql), known (whether a conversion is
--           known on the side of the epoch), reach (whether it can be in a window or a pre-period: others are not worth
--           grouping), conditions and cells (metric-columns.ts: what a metric asks of one row, and what it makes of all
--           of a unit's) and what they take; any_segments and and_segments (where there are any).
-- Columns:  unit_hash, epoch, arm, is_new, cohort_day, first, until, segments, and the cells. Units without any of these
--           conversions have no row.
-- The one definition of every metric: whoever restricts pairs and conversions to some units or rows asks it of those.
SELECT
    unit_hash, epoch,
    any(arm) AS arm, any(is_new) AS is_new, any(cohort_day) AS cohort_day, any(first) AS first, any(until) AS until,
    /*any_segments*/
    /*cells*/
FROM
(
    SELECT
        pairs.unit_hash AS unit_hash, epoch, arm, is_new, cohort_day, first, until /*and_segments*/,
        t, id, ifNull(value, 0) AS amount, value IS NOT NULL AS has_amount,
        /*conditions*/
    FROM (/*conversions*/) AS conversions
    INNER JOIN
    (
        SELECT unit_hash, epoch, arm, is_new, cohort_day, first, until, origin /*and_segments*/
        FROM (/*pairs*/)
        WHERE selected AND NOT guarded AND NOT mixed
    ) AS pairs ON conversions.unit_hash = pairs.unit_hash
    WHERE t >= {earliest:Int64} AND (/*known*/) AND (/*reach*/)
)
GROUP BY unit_hash, epoch
