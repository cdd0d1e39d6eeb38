-- Question: forget the oldest deliveries of an endpoint that are over.
-- Inputs:   $1 webhook, $2 how many are kept
-- Outputs:  none
DELETE FROM webhook_deliveries
WHERE webhook = $1 AND status <> 'waiting'
  AND id <= (SELECT id FROM webhook_deliveries WHERE webhook = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)
