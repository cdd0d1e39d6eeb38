-- Question: keep what is to be delivered, in this order.
-- Inputs:   $1 JSON array of {webhook, message, environment, flag, treatment, sequence, verdict}, $2 when
-- Outputs:  id; endpoints that are gone or not enabled by now get nothing
INSERT INTO webhook_deliveries (webhook, kind, message, environment, flag, treatment, sequence, verdict, status, created_at)
SELECT new.webhook, 'decision', new.message, new.environment, new.flag, new.treatment, new.sequence, new.verdict, 'waiting', $2
FROM ROWS FROM (
       jsonb_to_recordset($1::jsonb) AS (webhook text, message text, environment text, flag text, treatment text,
                                         sequence bigint, verdict text)
     ) WITH ORDINALITY AS new (webhook, message, environment, flag, treatment, sequence, verdict, place)
JOIN webhooks ON webhooks.id = new.webhook AND (webhooks.definition ->> 'enabled')::boolean
ORDER BY new.place
RETURNING id
