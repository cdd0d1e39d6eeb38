-- Question: say that the decisions there are hold, where nobody has said it of later.
-- Inputs:   $1 JSON array of {environment, excepted, shortest}, $2 when they held, $3 up to when what was received is
--           decided on (null: as was said last)
-- Outputs:  none; an environment in which nothing was decided has none
INSERT INTO decision_heartbeats (environment, sequence, at, data_through, excepted, shortest_seconds)
SELECT environment, last, $2, $3,
       coalesce((SELECT jsonb_object_agg(flag, '{}'::jsonb) FROM jsonb_array_elements_text(excepted) AS flag), '{}'), shortest
FROM jsonb_to_recordset($1::jsonb) AS new (environment text, excepted jsonb, shortest integer)
JOIN decision_sequences USING (environment)
ON CONFLICT (environment) DO UPDATE
SET sequence = greatest(decision_heartbeats.sequence, excluded.sequence),
    at = greatest(decision_heartbeats.at, excluded.at),
    data_through = greatest(decision_heartbeats.data_through, excluded.data_through),
    -- Who has not looked at the data knows of no exceptions. Of a flag that is excepted from now on, what was said last stays.
    excepted = CASE
      WHEN excluded.data_through >= coalesce(decision_heartbeats.data_through, excluded.data_through) THEN coalesce(
        (SELECT jsonb_object_agg(flag, coalesce(
                  decision_heartbeats.excepted -> flag,
                  jsonb_build_object('at', decision_heartbeats.at, 'dataThrough', decision_heartbeats.data_through)))
         FROM jsonb_object_keys(excluded.excepted) AS flag), '{}')
      ELSE decision_heartbeats.excepted
    END,
    shortest_seconds = excluded.shortest_seconds
