-- Question: make these documents the current ones of their treatments, where none of a later sequence is.
-- Inputs:   $1 JSON array of documents of environments in which something was decided; of several on one treatment the last
--           one counts
-- Outputs:  none; the rows of the environments stay locked until the transaction ends
WITH counted AS (
  UPDATE decision_sequences SET changes = changes + 1
  WHERE environment IN (SELECT document ->> 'environment' COLLATE "C" FROM jsonb_array_elements($1::jsonb) AS document)
  RETURNING environment, changes
)
INSERT INTO current_decisions (environment, flag, treatment, sequence, document, change)
SELECT DISTINCT ON (1, 2, 3)
       environment, document ->> 'flag', document ->> 'treatment', (document ->> 'sequence')::bigint, document, changes
FROM jsonb_array_elements($1::jsonb) AS document
JOIN counted ON environment = document ->> 'environment' COLLATE "C"
ORDER BY 1, 2, 3, 4 DESC
ON CONFLICT (environment, flag, treatment) DO UPDATE
SET sequence = excluded.sequence, document = excluded.document, change = excluded.change
WHERE current_decisions.sequence <= excluded.sequence
