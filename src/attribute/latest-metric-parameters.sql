-- Question: what are the latest parameters of each of an experiment's metrics?
-- Inputs:   $1 experiment.
-- Columns:  metric, metric_version, version, centre, centre_units, caps.
SELECT DISTINCT ON (metric, metric_version)
  metric, metric_version, version, centre, centre_units::double precision AS centre_units, caps
FROM metric_parameters
WHERE experiment = $1
ORDER BY metric, metric_version, version DESC
