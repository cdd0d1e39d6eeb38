-- Question: what is this engine connection, held until the transaction ends?
-- Inputs:   $1 key
-- Outputs:  definition, revision, created_at, updated_at
SELECT definition, revision, created_at, updated_at FROM engine_connections WHERE key = $1 FOR UPDATE
