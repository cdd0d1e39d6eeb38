-- Question: which treatments of an environment were decided on after a sequence, and how do they stand now? Oldest first.
-- Inputs:   $1 environment, $2 sequence, $3 at most so many
-- Outputs:  document, and of the environment's heartbeat (null where there is none): through, at, data_through, excepted
SELECT document, heartbeat.sequence AS through, at, data_through, excepted
FROM current_decisions AS decided
LEFT JOIN decision_heartbeats AS heartbeat USING (environment)
WHERE environment = $1 AND decided.sequence > $2
ORDER BY decided.sequence
LIMIT $3
