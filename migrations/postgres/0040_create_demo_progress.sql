-- How far the bundled experiment's replay has come, so that an interrupted one goes on where it was.
CREATE TABLE IF NOT EXISTS demo_progress
(
    experiment text PRIMARY KEY,
    -- rows of the data whose events the collector has accepted, from the first one on
    rows_accepted integer NOT NULL DEFAULT 0,
    finished_at timestamptz
);
