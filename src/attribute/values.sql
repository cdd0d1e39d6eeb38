-- Question: which values do new units have whose values are in some bins, and how many units have each?
-- Inputs:   marks: vectors (vectors.sql), elements (each metric's bin and value) and values (metric-columns.ts) and what
--           they take.
-- Columns:  epoch, arm (indexes), and per metric one: the values, and how many units.
SELECT epoch, arm, /*values*/
FROM (SELECT epoch, arm, /*elements*/ FROM (/*vectors*/) WHERE is_new)
GROUP BY epoch, arm
