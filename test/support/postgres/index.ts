export { type PostgresServer, running, startPostgres } from './server.ts';
