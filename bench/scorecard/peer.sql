-- Question: one metric as tools of this kind commonly ask for it: one row per user from the impressions, left join on the
--           user of all rows of the event around the exposure, the covariate told apart by time, grouped by variation.
-- Inputs:   environment, flag, name, window_hours. Duplicate events are not looked for.
-- Columns:  variant, users, and the sums that a test with a covariate needs.
SELECT
    variant, count() AS users, sum(a) AS sum_a, sum(a * a) AS sum_aa, sum(pa) AS sum_p, sum(pa * pa) AS sum_pp,
    sum(a * pa) AS sum_ap
FROM
(
    SELECT
        impressions.user AS user, any(impressions.variant) AS variant,
        sumIf(events.value, events.ts >= impressions.first) AS a,
        sumIf(events.value, events.ts < impressions.first) AS pa
    FROM
    (
        SELECT unit_id AS user, min(ts) AS first, argMin(variant, ts) AS variant
        FROM raw_impressions
        WHERE environment = {environment:String} AND flag = {flag:String}
        GROUP BY unit_id
    ) AS impressions
    LEFT JOIN
    (
        SELECT unit_id AS user, ts, ifNull(value, 0) AS value
        FROM raw_conversions
        WHERE environment = {environment:String} AND name = {name:String}
    ) AS events
    ON events.user = impressions.user
        AND events.ts >= impressions.first - INTERVAL 14 DAY
        AND events.ts < impressions.first + toIntervalHour({window_hours:UInt32})
    GROUP BY user
)
GROUP BY variant
ORDER BY variant
