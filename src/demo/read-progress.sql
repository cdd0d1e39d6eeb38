-- Question: how far had the replay of an experiment come?
-- Inputs: $1 experiment. Columns: rows_accepted, finished_at (null while under way).
SELECT rows_accepted, finished_at FROM demo_progress WHERE experiment = $1
