-- Question: remember one change, in the transaction that makes it.
-- Inputs:   $1 at, $2 actor id, $3 actor name, $4 action, $5 resource, $6 before (JSON or null), $7 after (JSON or null), $8 why
-- Outputs:  none
INSERT INTO audit_events (at, actor, actor_name, action, resource, before, after, why)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8)
