-- Question: ask for a unit to be erased, unless it waits for that already.
-- Inputs:   $1 id, $2 unit type, $3 unit id, $4 unit hash, $5 asked at.
-- Columns:  id: none where it waits already.
INSERT INTO erasures (id, unit_type, unit_id, unit_hash, asked_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (unit_hash) WHERE cycle IS NULL DO NOTHING
RETURNING id
