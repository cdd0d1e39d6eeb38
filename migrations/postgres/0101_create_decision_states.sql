-- What is remembered of a treatment between decisions, saved with them: watches, latch, what people said. `look`: what the
-- moments said last, for when they cannot be read. sequence: that of the current decision.
CREATE TABLE decision_states (
  environment text COLLATE "C" NOT NULL,
  flag        text COLLATE "C" NOT NULL,
  treatment   text COLLATE "C" NOT NULL,
  experiment  text COLLATE "C" NOT NULL,
  sequence    bigint,
  state       jsonb,
  look        jsonb,
  PRIMARY KEY (environment, flag, treatment)
);

-- The ledger of error budgets: what each guardrail was granted when it began to watch. Lines are only added.
CREATE TABLE error_budget_grants (
  experiment text COLLATE "C" NOT NULL,
  treatment  text COLLATE "C" NOT NULL,
  period     integer NOT NULL CHECK (period > 0),
  metric     text COLLATE "C" NOT NULL,
  epoch      integer NOT NULL,
  alpha      double precision NOT NULL CHECK (alpha > 0),
  since      timestamptz NOT NULL,
  PRIMARY KEY (experiment, treatment, period, metric)
);

-- When the guardrails last changed while the experiment ran: what is asked after data was seen counts from then on alone.
ALTER TABLE experiments ADD COLUMN guardrails_changed_at timestamptz;
