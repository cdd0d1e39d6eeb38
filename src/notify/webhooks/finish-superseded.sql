-- Question: this one is not to be delivered any more: what was decided later is.
-- Inputs:   $1 delivery, $2 now
-- Outputs:  none
UPDATE webhook_deliveries SET status = 'superseded', finished_at = $2 WHERE id = $1 AND status = 'waiting'
