-- Question: what are the moments of each metric per epoch, population, cohort day, arm and segment, over units with a row?
-- Inputs:   marks: vectors (vectors.sql), elements (each metric's transformed vector less its centre) and moments
--           (metric-columns.ts) and what they take; segments, each_segment, segment and and_segment (where there are
--           segments).
-- Columns:  epoch, is_new, cohort_day, arm, segment (0: all units), units (all with a row), and per metric one array: the
--           units left out by its transform, n, the sums and the products; of a metric with bins the first two, and a
--           further column: the bins other than 0 that have units, and how many.
SELECT epoch, is_new, cohort_day, arm, /*segment*/ count() AS units, /*moments*/
FROM (SELECT epoch, is_new, cohort_day, arm, /*segments*/ /*elements*/ FROM (/*vectors*/))
/*each_segment*/
GROUP BY epoch, is_new, cohort_day, arm /*and_segment*/
