-- Question: may this process look after the bootstrap token? Waits until no other does; until the transaction ends.
-- Inputs: none. Output: one row.
SELECT pg_advisory_xact_lock(hashtext('assay bootstrap token'))
