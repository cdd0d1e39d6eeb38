import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatFault, type SqlDialect, splitStatements } from '../../src/stores/migrations/index.ts';

describe('the statements of a migration', () => {
  it.each(['clickhouse', 'postgres'] as const)(
    'of %s end at semicolons outside quotes and comments',
    (dialect) => {
      const sql = `-- header; with a semicolon
      CREATE TABLE a (x text DEFAULT 'it''s; here'); /* a ; comment */
      CREATE TABLE "odd;name" (y int) -- tail; comment
      ;;
      SELECT $$ body; of $ a function $$, $tag$ $$;$$ $tag$
      `;
      const normal = splitStatements(sql, dialect).map((s) => s.replace(/\s+/g, ' '));
      expect(normal).toEqual([
        "CREATE TABLE a (x text DEFAULT 'it''s; here')",
        'CREATE TABLE "odd;name" (y int)',
        'SELECT $$ body; of $ a function $$, $tag$ $$;$$ $tag$',
      ]);
    },
  );

  it('know backslashes in strings of ClickHouse and in E-strings of Postgres only', () => {
    expect(splitStatements("SELECT 'a\\';b'; SELECT 2", 'clickhouse')).toEqual([
      "SELECT 'a\\';b'",
      'SELECT 2',
    ]);
    expect(splitStatements("SELECT E'a\\';b'; SELECT 2", 'postgres')).toEqual([
      "SELECT E'a\\';b'",
      'SELECT 2',
    ]);
    expect(splitStatements("SELECT 'a\\'; SELECT 2", 'postgres')).toEqual(["SELECT 'a\\'", 'SELECT 2']);
  });

  it('know nested comments of Postgres', () => {
    expect(splitStatements('SELECT 1 /* a /* b; */ c; */; SELECT 2', 'postgres')).toEqual([
      'SELECT 1',
      'SELECT 2',
    ]);
  });

  it('are what was joined, whatever stands in their strings', () => {
    const statement = fc
      .string({ unit: 'grapheme' })
      .map((text) => `SELECT '${text.replaceAll('\\', '').replaceAll("'", "''")}'`);
    fc.assert(
      fc.property(
        fc.array(statement, { maxLength: 5 }),
        fc.constantFrom('clickhouse', 'postgres'),
        (statements, dialect) => {
          expect(splitStatements(statements.join(';\n-- next\n'), dialect as SqlDialect)).toEqual(statements);
        },
      ),
      { seed: 20260901, numRuns: 300 },
    );
  });
});

describe('a repeatable statement', () => {
  it.each([
    'CREATE TABLE IF NOT EXISTS t (a UInt8) ENGINE = Memory',
    'CREATE OR REPLACE VIEW v AS SELECT 1',
    'CREATE MATERIALIZED VIEW IF NOT EXISTS v TO t AS SELECT 1',
    'DROP TABLE IF EXISTS t',
    'ALTER TABLE t ADD COLUMN IF NOT EXISTS a UInt8, MODIFY COLUMN b String',
    "alter table t modify setting non_replicated_deduplication_window = 5, modify comment 'do DELETE'",
    'ALTER TABLE t RENAME COLUMN IF EXISTS a TO b, DROP INDEX IF EXISTS i',
  ])('is %s', (sql) => {
    expect(repeatFault(sql)).toBeNull();
  });

  it.each([
    'CREATE TABLE t (a UInt8) ENGINE = Memory',
    "CREATE TABLE t (a String DEFAULT 'IF NOT EXISTS') ENGINE = Memory",
    'DROP TABLE t',
    'ALTER TABLE t ADD COLUMN IF NOT EXISTS a UInt8, ADD COLUMN b UInt8',
    'ALTER TABLE t DROP COLUMN a',
    'ALTER TABLE t DELETE WHERE 1',
    'INSERT INTO t VALUES (1)',
    'RENAME TABLE a TO b',
  ])('is not %s', (sql) => {
    expect(repeatFault(sql)).toEqual(expect.any(String));
  });
});
