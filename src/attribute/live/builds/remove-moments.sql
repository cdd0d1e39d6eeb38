-- Question: none; takes away the moments of builds that nobody reads any more.
-- Inputs:   builds.
DELETE FROM moments WHERE build IN {builds:Array(UInt32)}
