-- When an endpoint was told last, or tried to be told, that decisions hold; and when it has taken that last.
ALTER TABLE webhooks ADD COLUMN heartbeat_tried_at timestamptz, ADD COLUMN heartbeat_at timestamptz;

-- Whether an endpoint is to be told so now: thrice while the decision that expires first is valid. One that is told of some
-- verdicts alone is not told what follows them, so that nothing can be said of what it has.
CREATE FUNCTION webhook_wants_heartbeat(webhook webhooks, moment timestamptz) RETURNS boolean STABLE LANGUAGE sql AS $$
  SELECT coalesce((webhook.definition ->> 'heartbeats')::boolean, true)
     AND coalesce(webhook.definition -> 'verdicts', 'null') = 'null'
     AND EXISTS (
       SELECT FROM decision_heartbeats AS heartbeat
       WHERE (coalesce(webhook.definition -> 'environments', 'null') = 'null'
              OR webhook.definition -> 'environments' ? heartbeat.environment)
         AND (webhook.heartbeat_tried_at IS NULL
              OR moment >= webhook.heartbeat_tried_at
                           + make_interval(secs => least(10, greatest(1, heartbeat.shortest_seconds / 3.0))))
     )
$$;
