-- Question: which views are kept up to date by inserts? Their targets would have to be compared with the raw tables too.
SELECT name FROM system.tables WHERE database = currentDatabase() AND engine = 'MaterializedView'
