-- Question: which endpoints are there, or how is one of them? In the order of their ids.
-- Inputs:   $1 id or null, $2 after this id or null, $3 at most so many
-- Outputs:  all columns of webhooks; waiting: how many deliveries wait
SELECT webhooks.*,
       (SELECT count(*)::int FROM webhook_deliveries WHERE webhook = webhooks.id AND status = 'waiting') AS waiting
FROM webhooks
WHERE ($1::text IS NULL OR id = $1) AND ($2::text IS NULL OR id > $2)
ORDER BY id
LIMIT $3
