-- Question: keep that these treatments were stopped.
-- Inputs:   $1 JSON array of {environment, flag, treatment, sequence, decision, decidedAt, dataThrough, harm}
-- Outputs:  none
INSERT INTO decision_stops (environment, flag, treatment, sequence, decision, decided_at, data_through, harm)
SELECT environment, flag, treatment, sequence, decision, "decidedAt", "dataThrough", harm
FROM jsonb_to_recordset($1::jsonb) AS new (environment text, flag text, treatment text, sequence bigint, decision text,
  "decidedAt" timestamptz, "dataThrough" timestamptz, harm jsonb)
