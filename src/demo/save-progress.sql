-- Question: how far has the replay of an experiment come?
-- Inputs: $1 experiment, $2 rows accepted so far, $3 when it finished, or null. Never goes backwards.
INSERT INTO demo_progress (experiment, rows_accepted, finished_at)
VALUES ($1, $2, $3)
ON CONFLICT (experiment) DO UPDATE
SET rows_accepted = greatest(demo_progress.rows_accepted, excluded.rows_accepted),
    finished_at = coalesce(demo_progress.finished_at, excluded.finished_at)
