-- Which scorecard of an experiment is its latest; the scorecards themselves are in ClickHouse.
CREATE TABLE latest_scorecards (
  experiment text PRIMARY KEY,
  scorecard_id text NOT NULL,
  data_through timestamptz NOT NULL,
  computed_at timestamptz NOT NULL
);
