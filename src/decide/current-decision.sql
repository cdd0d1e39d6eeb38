-- Question: what is decided on a treatment now?
-- Inputs:   $1 environment, $2 flag, $3 treatment
-- Outputs:  document, and of the environment's heartbeat (null where there is none): through, at, data_through, excepted
SELECT document, heartbeat.sequence AS through, at, data_through, excepted
FROM current_decisions AS decided
LEFT JOIN decision_heartbeats AS heartbeat USING (environment)
WHERE environment = $1 AND flag = $2 AND treatment = $3
