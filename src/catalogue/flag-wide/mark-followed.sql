-- Question: none; an experiment has nothing to change for this revision of the flag-wide guardrails.
-- Inputs:   $1 key, $2 what it carries (JSON)
-- Outputs:  none
UPDATE experiments SET flag_wide = $2::jsonb WHERE key = $1
