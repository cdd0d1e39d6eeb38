-- One attributor works at a time: whoever holds the lease, told by its fence, which rises with each holder. All live
-- builds have in their moments exactly the rows received up to `through`; a cycle's intent is `next_through`.
CREATE TABLE attribution_shards (
  shard        smallint PRIMARY KEY,
  holder       text,
  fence        bigint NOT NULL DEFAULT 0,
  expires_at   timestamptz NOT NULL DEFAULT 'epoch',
  last_cycle   bigint NOT NULL DEFAULT 0,
  through      bigint NOT NULL DEFAULT 0,
  next_cycle   bigint,
  next_through bigint,
  CHECK ((next_cycle IS NULL) = (next_through IS NULL)),
  CHECK (next_through IS NULL OR next_through > through)
);
INSERT INTO attribution_shards (shard) VALUES (0);

-- The moments of one experiment under one definition and one set of parameters. A build is made from raw rows, joins
-- the cycles when it has caught up with them, and is retired by the next one; later its rows are removed. What died
-- half-way is begun anew.
CREATE TABLE attribution_builds (
  id          integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  experiment  text NOT NULL,
  identity    text NOT NULL,
  plan        jsonb NOT NULL,
  parameters  jsonb NOT NULL DEFAULT '{}',
  -- {"metric": "reason"}: they have no moments in this build.
  failed      jsonb NOT NULL DEFAULT '{}',
  -- What cycles do not count, as it was counted last: {"duplicateEvents": 0, "conversionsOfOtherUnitTypes": 0}.
  slow_counts jsonb NOT NULL DEFAULT '{}',
  state       text NOT NULL CHECK (state IN ('building', 'live', 'retired', 'removed')),
  progress    real NOT NULL DEFAULT 0,
  fence       bigint NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  live_at     timestamptz,
  retired_at  timestamptz
);
CREATE UNIQUE INDEX attribution_builds_live ON attribution_builds (experiment) WHERE state = 'live';
CREATE INDEX attribution_builds_state ON attribution_builds (state);
