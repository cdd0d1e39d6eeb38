-- Endpoints that are told of decisions. `secrets`: [{"secret": "whsec_…", "until": null or when it no longer signs}], none
-- where a file has them. An endpoint that fails is tried again from `retry_at` on; `failures` in a row since `failing_since`.
CREATE TABLE webhooks (
  id              text COLLATE "C" PRIMARY KEY,
  definition      jsonb NOT NULL,
  secrets         jsonb NOT NULL,
  revision        integer NOT NULL,
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  failures        integer NOT NULL DEFAULT 0,
  failing_since   timestamptz,
  retry_at        timestamptz,
  last_failure    text
);

-- What is or was to be delivered. `waiting`: until it is delivered or a newer decision on the treatment takes its place.
-- `refused`: the endpoint lives and did not want it; others go before it. Figures are of the latest attempt.
CREATE TABLE webhook_deliveries (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  webhook          text COLLATE "C" NOT NULL REFERENCES webhooks ON DELETE CASCADE,
  kind             text NOT NULL CHECK (kind IN ('decision', 'test')),
  message          text COLLATE "C" NOT NULL,
  environment      text COLLATE "C",
  flag             text COLLATE "C",
  treatment        text COLLATE "C",
  sequence         bigint,
  verdict          text,
  status           text NOT NULL CHECK (status IN ('waiting', 'delivered', 'superseded', 'failed')),
  refused          boolean NOT NULL DEFAULT false,
  attempts         integer NOT NULL DEFAULT 0,
  created_at       timestamptz NOT NULL,
  first_attempt_at timestamptz,
  last_attempt_at  timestamptz,
  finished_at      timestamptz,
  latency_ms       double precision,
  response_status  integer,
  response_body    text,
  error            text
);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (webhook, id) WHERE status = 'waiting';
CREATE INDEX webhook_deliveries_of_webhook ON webhook_deliveries (webhook, id DESC);
