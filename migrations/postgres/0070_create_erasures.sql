-- Units that are to be forgotten, and those that are. Waiting ones have no cycle; whoever attributes freezes some of them under
-- the number of a cycle before anything of theirs is taken away. `through`: all that was received up to then is gone (ms).
-- The id is personal data: it is here only until it is done. unit_hash is SHA-256 of the type, a NUL and the id, in hex.
CREATE TABLE erasures (
  id        text COLLATE "C" PRIMARY KEY,
  unit_type text NOT NULL,
  unit_id   text,
  unit_hash text NOT NULL CHECK (unit_hash ~ '^[0-9a-f]{64}$'),
  asked_at  timestamptz NOT NULL,
  cycle     bigint,
  through   bigint,
  done_at   timestamptz,
  CHECK ((unit_id IS NULL) = (done_at IS NOT NULL)),
  CHECK ((cycle IS NULL) = (through IS NULL)),
  CHECK (done_at IS NULL OR cycle IS NOT NULL)
);
CREATE UNIQUE INDEX erasures_waiting ON erasures (unit_hash) WHERE cycle IS NULL;
CREATE INDEX erasures_by_cycle ON erasures (cycle);
CREATE INDEX erasures_not_done ON erasures (asked_at) WHERE done_at IS NULL;

-- An intent that goes no further than the builds have come is an erasure.
ALTER TABLE attribution_shards
  DROP CONSTRAINT attribution_shards_check1,
  ADD CONSTRAINT attribution_shards_next_through CHECK (next_through IS NULL OR next_through >= through);
