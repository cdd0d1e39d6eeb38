-- What renews the decisions of an environment, all at once: those up to `sequence` held at `at`, by everything that was
-- received up to `data_through`. excepted: {flag: {at, dataThrough}} of the flags of which nothing is said, with what was said
-- of each last ({}: nothing). shortest_seconds: the shortest time that any of the decisions is valid for, which says how often
-- the heartbeat must be heard.
CREATE TABLE decision_heartbeats (
  environment      text COLLATE "C" PRIMARY KEY,
  sequence         bigint NOT NULL,
  at               timestamptz NOT NULL,
  data_through     timestamptz,
  excepted         jsonb NOT NULL,
  shortest_seconds integer NOT NULL CHECK (shortest_seconds > 0)
);

-- ended: it was told that nobody watches the treatment any more. spoken_until: when the first of what people have said of it
-- (overrides, dismissals) is over.
ALTER TABLE decision_states ADD COLUMN ended boolean NOT NULL DEFAULT false, ADD COLUMN spoken_until timestamptz;
CREATE INDEX decision_states_spoken_of ON decision_states (spoken_until) WHERE spoken_until IS NOT NULL;
CREATE INDEX decision_states_watched ON decision_states (experiment) WHERE NOT ended;

-- Who keeps current decisions asks for those alone that have changed: `changes` counts, in order of commits because its row is
-- locked, and `change` says at which count a document was written.
ALTER TABLE decision_sequences ADD COLUMN changes bigint NOT NULL DEFAULT 0;
ALTER TABLE current_decisions ADD COLUMN change bigint NOT NULL DEFAULT 0;
CREATE INDEX current_decisions_by_change ON current_decisions (environment, change);
