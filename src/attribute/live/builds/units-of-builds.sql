-- Question: how many units do some builds have?
-- Inputs:   builds.
-- Columns:  build, units.
SELECT build, sum(n) AS units
FROM moments
WHERE build IN {builds:Array(UInt32)} AND cycle = 0 AND metric = '' AND excluded = '' AND segment = ''
GROUP BY build
