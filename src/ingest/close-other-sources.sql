-- Question: end every source but this one; for stores that only one process can have open, where the others are dead.
-- Inputs: $1 source. Output: none.
UPDATE source_marks SET closed_at = now() WHERE source <> $1 AND closed_at IS NULL
