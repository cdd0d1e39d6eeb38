-- Question: which running experiments carry flag-wide guardrails of an older revision, and which implicit ones are over?
-- Inputs:   $1 now, $2 how many at most, $3 after this key ('': from the first)
-- Outputs:  key, ascending
(
  SELECT experiments.key
  FROM catalogue_entries AS entry
  JOIN experiments
    ON experiments.environment = entry.id COLLATE "default"
   AND experiments.flag_wide_revision < entry.revision
   AND experiments.status = 'running'
  WHERE entry.kind = 'flagGuardrails' AND experiments.key > $3
  ORDER BY experiments.key
  LIMIT $2::int
)
UNION
(
  SELECT key
  FROM experiments
  WHERE status = 'running' AND implicit AND definition ->> 'end' IS NOT NULL
    AND (definition ->> 'end')::timestamptz <= $1::timestamptz AND key > $3
  ORDER BY key
  LIMIT $2::int
)
ORDER BY key
LIMIT $2::int
