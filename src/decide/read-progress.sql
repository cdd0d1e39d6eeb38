-- Question: how far has each environment come, and what holds of its decisions?
-- Inputs:   none
-- Outputs:  environment, last, changes, and of its heartbeat (null where there is none): sequence, at, data_through, excepted,
--           shortest_seconds
SELECT environment, last, changes, sequence, at, data_through, excepted, shortest_seconds
FROM decision_sequences
LEFT JOIN decision_heartbeats USING (environment)
ORDER BY environment
