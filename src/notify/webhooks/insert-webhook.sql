-- Question: keep a new endpoint, unless there are too many.
-- Inputs:   $1 id, $2 definition (JSON), $3 secrets (JSON), $4 when, $5 how many there may be
-- Outputs:  id; none where there are as many already
INSERT INTO webhooks (id, definition, secrets, revision, created_at, updated_at)
SELECT $1, $2::jsonb, $3::jsonb, 1, $4, $4 WHERE (SELECT count(*) FROM webhooks) < $5
RETURNING id
