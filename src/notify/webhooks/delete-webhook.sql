-- Question: take an endpoint away, with its deliveries.
-- Inputs:   $1 id
-- Outputs:  none
DELETE FROM webhooks WHERE id = $1
