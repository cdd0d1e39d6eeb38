-- Question: which of these pairs were tested before?
-- Inputs:   $1 environment, $2 JSON array of {first, first_epoch, second, second_epoch, halvings}
-- Outputs:  the same of those that were, and shown
SELECT old.first, old.first_epoch, old.second, old.second_epoch, old.halvings, old.shown_at IS NOT NULL AS shown
FROM jsonb_to_recordset($2::jsonb)
  AS asked (first text, first_epoch integer, second text, second_epoch integer, halvings integer)
JOIN assignment_overlaps AS old
  ON old.environment = $1 AND old.first = asked.first COLLATE "C" AND old.second = asked.second COLLATE "C"
 AND old.first_epoch = asked.first_epoch AND old.second_epoch = asked.second_epoch AND old.halvings = asked.halvings
