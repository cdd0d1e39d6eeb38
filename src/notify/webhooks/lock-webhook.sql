-- Question: keep others from changing an endpoint until the transaction ends.
-- Inputs:   $1 id
-- Outputs:  id; none where there is no such endpoint
SELECT id FROM webhooks WHERE id = $1 FOR UPDATE
