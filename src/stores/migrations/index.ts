export { migrateClickHouse } from './migrate-clickhouse.ts';
export { migratePostgres } from './migrate-postgres.ts';
export { repeatFault } from './repeatable-statement.ts';
export { type SqlDialect, splitStatements } from './split-statements.ts';
