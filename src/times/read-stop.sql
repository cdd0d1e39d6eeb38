-- Question: by which decision was a treatment stopped last, or at the one that is asked for, and when was it stopped next?
-- Inputs:   $1 environment, $2 flag, $3 treatment, $4 decision (null: the last stop)
-- Outputs:  sequence, decision, decided_at, data_through, harm, next (sequence of the next stop, or null); no row where there is none
SELECT stop.sequence, stop.decision, stop.decided_at, stop.data_through, stop.harm,
       (SELECT min(later.sequence) FROM decision_stops AS later
        WHERE later.environment = $1 AND later.flag = $2 AND later.treatment = $3 AND later.sequence > stop.sequence) AS next
FROM decision_stops AS stop
WHERE stop.environment = $1 AND stop.flag = $2 AND stop.treatment = $3 AND ($4::text IS NULL OR stop.decision = $4)
ORDER BY stop.sequence DESC
LIMIT 1
