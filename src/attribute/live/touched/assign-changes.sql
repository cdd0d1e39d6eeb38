-- Question: none; makes the changed assignments those of a cycle.
-- Inputs:   cycle; mark: changes (the table of assign.sql).
INSERT INTO assignments (unit_hash, build, epoch, arm, flags, first, origin, cycle, segments)
SELECT unit_hash, build, epoch, arm, flags, first, origin, {cycle:UInt64} AS written, segments FROM /*changes*/
