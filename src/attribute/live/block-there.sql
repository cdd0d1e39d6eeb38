-- Question: is a cycle's block of moments there?
-- Inputs:   cycle.
-- Columns:  n: 1 or 0.
SELECT count() AS n FROM moments WHERE build = 0 AND cycle = {cycle:UInt64}
