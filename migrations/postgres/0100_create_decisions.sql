-- Every decision that changed something, in order: `sequence` rises by one in its environment, without gaps, and a reader
-- that has seen n will never meet a new one below n, because the row of decision_sequences is locked until the commit.
CREATE TABLE decision_sequences (
  environment text COLLATE "C" PRIMARY KEY,
  last        bigint NOT NULL CHECK (last > 0)
);

-- document: what the API answers; evidence: what the verdict was computed from, so that it can be computed again.
CREATE TABLE decisions (
  environment text COLLATE "C" NOT NULL,
  sequence    bigint NOT NULL,
  id          text COLLATE "C" NOT NULL UNIQUE,
  flag        text COLLATE "C" NOT NULL,
  treatment   text COLLATE "C" NOT NULL,
  decided_at  timestamptz NOT NULL,
  document    jsonb NOT NULL,
  evidence    jsonb NOT NULL,
  PRIMARY KEY (environment, sequence)
);
CREATE INDEX decisions_of_treatment ON decisions (environment, flag, treatment, sequence DESC);

-- The latest decision of each treatment, with the figures of the latest cycle that touched it.
CREATE TABLE current_decisions (
  environment text COLLATE "C" NOT NULL,
  flag        text COLLATE "C" NOT NULL,
  treatment   text COLLATE "C" NOT NULL,
  sequence    bigint NOT NULL,
  document    jsonb NOT NULL,
  PRIMARY KEY (environment, flag, treatment)
);
