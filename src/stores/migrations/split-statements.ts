/** Which rules of quoting a text follows beyond the common ones. */
export type SqlDialect = 'clickhouse' | 'postgres';

interface Token {
  readonly kind: 'quoted' | 'comment' | 'semicolon' | 'other';
  readonly text: string;
}

/**
 * The statements of a migration file, in order, without their comments and closing semicolons. Knows strings, quoted
 * identifiers, dollar quotes and comments of both dialects, so a `;` inside any of them ends nothing.
 */
export function splitStatements(sql: string, dialect: SqlDialect): string[] {
  const statements: string[] = [];
  let current = '';
  for (const token of tokens(sql, dialect)) {
    if (token.kind === 'semicolon') {
      statements.push(current.trim());
      current = '';
    } else {
      current += token.kind === 'comment' ? ' ' : token.text;
    }
  }
  return [...statements, current.trim()].filter((statement) => statement !== '');
}

function* tokens(sql: string, dialect: SqlDialect): Generator<Token> {
  for (let at = 0; at < sql.length; ) {
    const token = tokenAt(sql, at, dialect);
    yield token;
    at += token.text.length;
  }
}

function tokenAt(sql: string, at: number, dialect: SqlDialect): Token {
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(sql)?.[0];
  };
  const character = sql[at] ?? '';
  if (character === ';') return { kind: 'semicolon', text: character };
  const comment = match(/--[^\n]*/y) ?? blockComment(sql, at, dialect);
  if (comment !== undefined) return { kind: 'comment', text: comment };
  const backslashes = dialect === 'clickhouse' || /(?<![\w])[eE]$/.test(sql.slice(Math.max(0, at - 2), at));
  const quoted =
    match(/"(?:[^"\\]|\\.|"")*"|`(?:[^`\\]|\\.|``)*`/sy) ??
    match(backslashes ? /'(?:[^'\\]|\\.|'')*'/sy : /'(?:[^']|'')*'/sy) ??
    match(/\$([A-Za-z_]\w*)?\$.*?\$\1\$/sy);
  if (quoted !== undefined) return { kind: 'quoted', text: quoted };
  return { kind: 'other', text: match(/[\w\s]+/y) ?? character };
}

// Postgres nests block comments, ClickHouse does not.
function blockComment(sql: string, at: number, dialect: SqlDialect): string | undefined {
  if (!sql.startsWith('/*', at)) return undefined;
  let depth = 0;
  for (let i = at; i < sql.length; i += 1) {
    if (sql.startsWith('/*', i) && (depth === 0 || dialect === 'postgres')) depth += 1;
    else if (sql.startsWith('*/', i)) depth -= 1;
    else continue;
    i += 1;
    if (depth === 0) return sql.slice(at, i + 1);
  }
  return sql.slice(at);
}
