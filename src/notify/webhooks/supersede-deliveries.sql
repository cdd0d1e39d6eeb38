-- Question: whose place did newer ones take?
-- Inputs:   $1 webhook, or null: of all, $2 now
-- Outputs:  none
UPDATE webhook_deliveries AS older
SET status = 'superseded', finished_at = $2
WHERE status = 'waiting' AND ($1::text IS NULL OR webhook = $1)
  AND EXISTS (
    SELECT FROM webhook_deliveries AS newer
    WHERE newer.webhook = older.webhook AND newer.status = 'waiting' AND newer.id > older.id
      AND newer.environment = older.environment AND newer.flag = older.flag AND newer.treatment = older.treatment)
