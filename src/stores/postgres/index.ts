export { type EmbeddedPostgresOptions, openEmbeddedPostgres } from './embedded-postgres.ts';
export type {
  Postgres,
  PostgresClient,
  PostgresPool,
  PostgresQueryResult,
  PostgresRunner,
} from './postgres.port.ts';
export { openServerPostgres, type ServerPostgresOptions } from './server-postgres.ts';
