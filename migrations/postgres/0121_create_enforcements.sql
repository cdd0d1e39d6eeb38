-- How far the decisions of an environment have been turned into enforcements.
CREATE TABLE enforcement_cursors (
  environment text COLLATE "C" PRIMARY KEY,
  sequence    bigint NOT NULL CHECK (sequence >= 0)
);

-- What an engine is told because of one decision, and how far that has come. Whoever works on one holds its claim.
CREATE TABLE enforcements (
  id                text COLLATE "C" PRIMARY KEY,
  connection        text COLLATE "C" NOT NULL,
  environment       text COLLATE "C" NOT NULL,
  flag              text COLLATE "C" NOT NULL,
  treatment         text COLLATE "C" NOT NULL,
  decision          text COLLATE "C" NOT NULL,
  sequence          bigint NOT NULL,
  action            text NOT NULL CHECK (action IN ('turnOff', 'pause')),
  reach             text NOT NULL CHECK (reach IN ('pinToControl', 'wholeFlag')),
  dry_run           boolean NOT NULL,
  why               text NOT NULL,
  status            text NOT NULL CHECK (status IN
    ('waiting', 'acknowledged', 'escalated', 'confirmed', 'released', 'superseded', 'dryRun')),
  detail            text NOT NULL,
  attempts          int NOT NULL DEFAULT 0,
  decided_at        timestamptz NOT NULL,
  taken_at          timestamptz NOT NULL,
  sent_at           timestamptz,
  acknowledged_at   timestamptz,
  last_treatment_at timestamptz,
  confirmed_at      timestamptz,
  escalated_at      timestamptz,
  next_at           timestamptz,
  claim             text,
  claimed_until     timestamptz,
  CHECK ((next_at IS NULL) = (status IN ('confirmed', 'released', 'superseded', 'dryRun'))),
  UNIQUE (connection, environment, flag, treatment, sequence, dry_run)
);
CREATE INDEX enforcements_due ON enforcements (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX enforcements_of_flag ON enforcements (environment, flag, taken_at DESC, id DESC);
