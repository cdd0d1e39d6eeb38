export type {
  ClickHouse,
  InsertBlock,
  ParameterValue,
  Statement,
  StatementLimits,
  StatementSettings,
} from './clickhouse.port.ts';
export { EngineError } from './clickhouse-error.ts';
export type { Concurrency } from './embedded-clickhouse.ts';
export { type EmbeddedClickHouseOptions, openEmbeddedClickHouse } from './open-embedded-clickhouse.ts';
export { openServerClickHouse, type ServerClickHouseOptions } from './server-clickhouse.ts';
