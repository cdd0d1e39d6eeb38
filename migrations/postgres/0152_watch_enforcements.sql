-- A confirmed enforcement is looked at for as long as its decision stands. reopened: how often the treatment was found to be
-- served again.
ALTER TABLE enforcements ADD COLUMN reopened integer NOT NULL DEFAULT 0, ADD COLUMN reopened_at timestamptz;
ALTER TABLE enforcements DROP CONSTRAINT enforcements_check;
ALTER TABLE enforcements ADD CONSTRAINT enforcements_next_at_check CHECK (
  status = 'confirmed' OR (next_at IS NULL) = (status IN ('released', 'superseded', 'dryRun')));
