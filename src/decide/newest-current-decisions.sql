-- Question: how do the treatments stand that were decided on last, in all environments?
-- Inputs:   $1 at most so many
-- Outputs:  document, and of the environment's heartbeat (null where there is none): through, at, data_through, excepted
SELECT document, heartbeat.sequence AS through, at, data_through, excepted
FROM current_decisions AS decided
LEFT JOIN decision_heartbeats AS heartbeat USING (environment)
ORDER BY document ->> 'decidedAt' DESC, environment, decided.sequence DESC
LIMIT $1
