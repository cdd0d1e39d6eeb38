-- Question: which engine connections are there, in the order of their keys?
-- Inputs:   $1 after this key (null: from the first), $2 environment (null: all), $3 rows at most
-- Outputs:  definition, revision, created_at, updated_at
SELECT definition, revision, created_at, updated_at
FROM engine_connections
WHERE ($1::text IS NULL OR key > $1) AND ($2::text IS NULL OR environment = $2)
ORDER BY key
LIMIT $3::int
