-- Which tables hold so many dead rows that reading them has become slow?
-- Inputs: none. The rule is autovacuum's: more than 500 rows, and more than a fifth of the living ones.
-- Output: name, the table with its schema, quoted for use in a statement.
SELECT format('%I.%I', schemaname, relname) AS name
FROM pg_stat_all_tables
WHERE n_dead_tup > 500 + 0.2 * n_live_tup
  AND schemaname NOT LIKE 'pg_toast%'
ORDER BY n_dead_tup DESC
LIMIT 20
