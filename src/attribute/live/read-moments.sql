-- Question: what are the moments of builds, and are those of the cycle under way among them?
-- Inputs:   builds, cycle (the one under way; 0: none), segments ('': all units); marks: sums and products (of the dimensions that its metrics have).
-- Columns:  those of moments, added up; a row with build 0 where the cycle's are there. One read of the table, so that the
--           answer is right for the rows beside it.
SELECT
    build, epoch, is_new, cohort_day, variant, metric, excluded, segment, bin,
    sum(n) AS n, sum(left_out) AS left_out,
    [/*sums*/] AS sums, [/*products*/] AS products
FROM moments
WHERE (build IN {builds:Array(UInt32)} AND cycle = 0 AND segment IN {segments:Array(String)}) OR (build = 0 AND cycle = {cycle:UInt64} AND {cycle:UInt64} > 0)
GROUP BY build, epoch, is_new, cohort_day, variant, metric, excluded, segment, bin
