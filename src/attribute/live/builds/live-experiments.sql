-- Question: which experiments have a live build?
-- Columns:  experiment.
SELECT experiment FROM attribution_builds WHERE state = 'live'
