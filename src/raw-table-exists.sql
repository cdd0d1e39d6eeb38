-- Question: have migrations made the raw tables?
-- Inputs: none. Columns: result, 1 or 0.
EXISTS TABLE raw_impressions
