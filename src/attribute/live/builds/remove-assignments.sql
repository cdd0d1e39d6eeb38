-- Question: none; takes away the assignments of builds that nobody reads any more.
-- Inputs:   builds.
DELETE FROM assignments WHERE build IN {builds:Array(UInt32)}
