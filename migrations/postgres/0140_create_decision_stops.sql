-- Each time a treatment was stopped, by the decision that began it. data_through: the last event that the decision contains was
-- received by then. harm: [{"metric", "epoch", "began": null or since when, as far as the events tell}]; none where a person stopped it.
CREATE TABLE decision_stops (
  environment  text COLLATE "C" NOT NULL,
  flag         text COLLATE "C" NOT NULL,
  treatment    text COLLATE "C" NOT NULL,
  sequence     bigint NOT NULL,
  decision     text COLLATE "C" NOT NULL,
  decided_at   timestamptz NOT NULL,
  data_through timestamptz,
  harm         jsonb NOT NULL,
  PRIMARY KEY (environment, flag, treatment, sequence)
);
-- What was stopped before this was kept; when that harm began nobody recorded.
INSERT INTO decision_stops (environment, flag, treatment, sequence, decision, decided_at, data_through, harm)
SELECT environment, flag, treatment, sequence, id, decided_at, (document ->> 'dataThrough')::timestamptz,
       CASE WHEN document -> 'override' ->> 'verdict' IS NOT NULL THEN '[]' ELSE
         (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'metric', guardrail -> 'metric', 'epoch', (document ->> 'epoch')::integer, 'began', NULL)), '[]')
          FROM jsonb_array_elements(document -> 'guardrails') AS guardrail WHERE guardrail ->> 'status' = 'harm') END
FROM (SELECT *, lag(document ->> 'action') OVER (PARTITION BY environment, flag, treatment ORDER BY sequence) AS action_before
      FROM decisions) AS each_one
WHERE document ->> 'action' IN ('rollback', 'pause') AND coalesce(action_before, '') NOT IN ('rollback', 'pause');

-- Who was told of a stop, without looking through everybody's deliveries.
CREATE INDEX webhook_deliveries_of_treatment ON webhook_deliveries (environment, flag, treatment, sequence);
