-- Question: what are the moments of each metric per epoch, population, cohort day and arm, over units with a row?
-- Inputs:   marks: vectors (vectors.sql), elements (each metric's transformed vector less its centre) and moments
--           (metric-columns.ts) and what they take.
-- Columns:  epoch, is_new, cohort_day, arm, units (all with a row), and per metric one array: the units left out by its
--           transform, n, the sums and the products; of a metric with bins the first two, and a further column: the
--           bins other than 0 that have units, and how many.
SELECT epoch, is_new, cohort_day, arm, count() AS units, /*moments*/
FROM (SELECT epoch, is_new, cohort_day, arm, /*elements*/ FROM (/*vectors*/))
GROUP BY epoch, is_new, cohort_day, arm
