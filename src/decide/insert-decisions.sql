-- Question: keep these decisions.
-- Inputs:   $1 JSON array of {document, evidence}, the documents complete
-- Outputs:  none
INSERT INTO decisions (environment, sequence, id, flag, treatment, decided_at, document, evidence)
SELECT document ->> 'environment', (document ->> 'sequence')::bigint, document ->> 'id', document ->> 'flag',
       document ->> 'treatment', (document ->> 'decidedAt')::timestamptz, document, evidence
FROM jsonb_to_recordset($1::jsonb) AS new (document jsonb, evidence jsonb)
