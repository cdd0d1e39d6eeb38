-- Question: who is to be told of decisions, and of which?
-- Inputs:   $1 at most so many
-- Outputs:  id, definition
SELECT id, definition FROM webhooks WHERE (definition ->> 'enabled')::boolean ORDER BY id LIMIT $1
