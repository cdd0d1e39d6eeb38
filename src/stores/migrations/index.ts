export { migrateClickHouse } from './migrate-clickhouse.ts';
export { migratePostgres } from './migrate-postgres.ts';
