-- Question: none; takes away the assignments of some units, in all builds. What later cycles write of them stays.
-- Inputs:   erased (their unit hashes), cycle.
DELETE FROM assignments WHERE unit_hash IN {erased:Array(UInt64)} AND cycle < {cycle:UInt64}
