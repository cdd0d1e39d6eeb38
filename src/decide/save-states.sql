-- Question: remember this of treatments whose rows are locked.
-- Inputs:   $1 JSON array of {environment, flag, treatment, experiment, sequence, state, look, ended,
--           spoken_until}
-- Outputs:  none
UPDATE decision_states AS old
SET experiment = new.experiment, sequence = new.sequence, state = new.state, look = new.look, ended = new.ended,
    spoken_until = new.spoken_until
FROM jsonb_to_recordset($1::jsonb)
  AS new (environment text, flag text, treatment text, experiment text, sequence bigint, state jsonb, look jsonb, ended boolean,
          spoken_until timestamptz)
WHERE old.environment = new.environment AND old.flag = new.flag AND old.treatment = new.treatment
