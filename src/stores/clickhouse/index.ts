export type {
  ClickHouse,
  InsertBlock,
  ParameterValue,
  Statement,
  StatementLimits,
} from './clickhouse.port.ts';
export { EngineError } from './clickhouse-error.ts';

export { openEmbeddedClickHouse } from './open-embedded-clickhouse.ts';
export { repeatInsert } from './repeat-insert.ts';
export { openServerClickHouse } from './server-clickhouse.ts';
