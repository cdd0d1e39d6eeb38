-- Every second somebody asks which running experiments have guardrails; of thousands without any nothing is read.
CREATE INDEX experiments_guarded ON experiments (key)
WHERE status = 'running' AND jsonb_array_length(coalesce(definition -> 'guardrails', '[]')) > 0;
