import { randomUUID } from 'node:crypto';
import type { InsertBlock, Statement, StatementSettings } from './clickhouse.port.ts';

/**
 * What every statement gets, on every adapter, so that the same SQL gives the same rows: dates without a zone are UTC,
 * 64-bit integers are strings (a JavaScript number would round them), NaN and infinities are null.
 */
const everyStatement: StatementSettings = {
  session_timezone: 'UTC',
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_denormals: 0,
  output_format_json_named_tuples_as_objects: 1,
};

// Far above what a block may hold: everything of one insert is squashed into one block, so that its token covers all
// of it and a malformed row keeps out every row.
const oneBlock: StatementSettings = {
  max_insert_block_size: 1_000_000_000,
  min_insert_block_size_rows: 1_000_000_000,
  min_insert_block_size_bytes: 1_000_000_000_000,
};

/** All settings of a query, stream or command: the common ones, its own, and its limits, which nothing overrides. */
export function settingsOfStatement(statement: Statement): StatementSettings {
  return { ...everyStatement, ...tokenSettings(null), ...statement.settings, ...limitSettings(statement) };
}

/** All settings of an insert of one block. */
export function settingsOfInsert(block: InsertBlock): StatementSettings {
  return {
    session_timezone: 'UTC',
    async_insert: 0,
    ...oneBlock,
    ...tokenSettings(block.token),
    ...limitSettings(block),
  };
}

// Without a token the engine takes a hash of the rows for one, whatever `insert_deduplicate` says (26.7), and silently
// drops rows that equal earlier ones: so whoever brings no token gets one that nobody else has.
function tokenSettings(token: string | null): StatementSettings {
  return {
    insert_deduplicate: 1,
    insert_deduplication_token: token ?? randomUUID(),
    deduplicate_blocks_in_dependent_materialized_views: 1,
  };
}

function limitSettings({ limits }: Pick<Statement, 'limits'>): StatementSettings {
  return { max_execution_time: limits.maxSeconds, max_memory_usage: Math.floor(limits.maxMemoryBytes) };
}
