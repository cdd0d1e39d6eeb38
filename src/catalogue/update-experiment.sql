-- Question: give an experiment its next revision.
-- Inputs:   $1 key, $2 definition (JSON), $3 status, $4 now, $5 started at or null, $6 stopped at or null, $7 flag-wide
--           guardrails (JSON; null: as they are)
-- Outputs:  none
UPDATE experiments
SET definition = $2::jsonb, status = $3, revision = revision + 1, updated_at = $4,
    started_at = $5, stopped_at = $6, flag_wide = coalesce($7::jsonb, flag_wide),
    guardrails_changed_at = CASE
      WHEN started_at IS NOT NULL
       AND (definition -> 'guardrails' IS DISTINCT FROM $2::jsonb -> 'guardrails'
            OR flag_wide -> 'guardrails' IS DISTINCT FROM coalesce($7::jsonb, flag_wide) -> 'guardrails'
            OR definition -> 'decisions' IS DISTINCT FROM $2::jsonb -> 'decisions') THEN $4
      ELSE guardrails_changed_at
    END
WHERE key = $1
