-- Question: moments of builds 1…: per arm and cohort day some hundred units, a third of which have a row of each metric.
-- Inputs:   flags, metrics, days
-- Columns:  none
INSERT INTO moments (build, epoch, is_new, cohort_day, variant, metric, excluded, segment, bin, cycle, n, left_out, s1, p11)
SELECT build, 1, 1, toDate('2026-01-01') + day, variant, if(metric = 0, '', concat('m', toString(metric))), '', '', 0, 0,
       if(metric = 0, 300, 100) + seed % 50, 0,
       if(metric = 0, 0., (seed % 1000) / 10 - 50), if(metric = 0, 0., 900. + seed % 700)
FROM
(
    SELECT build, day, variant, metric, cityHash64(build, day, variant, metric) AS seed
    FROM (SELECT toUInt32(number + 1) AS build FROM numbers({flags:UInt64})) AS builds
    CROSS JOIN (SELECT number AS day FROM numbers({days:UInt64})) AS days
    CROSS JOIN (SELECT arrayJoin(['control', 'treatment']) AS variant) AS variants
    CROSS JOIN (SELECT number AS metric FROM numbers({metrics:UInt64} + 1)) AS metrics
)
