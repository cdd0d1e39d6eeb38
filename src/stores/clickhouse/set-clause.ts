import { AppError } from '../../errors.ts';
import type { ParameterValue, StatementSettings } from './clickhouse.port.ts';
import { parameterText, quoted } from './parameter-text.ts';

/** A `SET` of settings and bound parameters for one session, and the names it sets. */
export interface SetClause {
  readonly sql: string;
  readonly signature: string;
}

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** AppError `bad-request` where a name is none: names go into the SQL or the address as they are. */
export function checkNames(
  settings: StatementSettings,
  params: Readonly<Record<string, ParameterValue>> = {},
): void {
  for (const name of [...Object.keys(settings), ...Object.keys(params)]) checked(name);
}

/** AppError `bad-request` where a name is none. */
export function setClause(
  settings: StatementSettings,
  params: Readonly<Record<string, ParameterValue>> = {},
): SetClause {
  const assignments = new Map<string, string>();
  for (const [name, value] of Object.entries(settings))
    assignments.set(checked(name), typeof value === 'number' ? String(value) : quoted(value));
  for (const [name, value] of Object.entries(params))
    assignments.set(`param_${checked(name)}`, quoted(parameterText(value)));
  return {
    sql: `SET ${[...assignments].map(([name, value]) => `${name} = ${value}`).join(', ')}`,
    signature: [...assignments.keys()].sort().join(' '),
  };
}

function checked(name: string): string {
  if (!namePattern.test(name))
    throw new AppError(
      'bad-request',
      `"${name}" cannot name a setting or parameter; use letters, digits and _.`,
    );
  return name;
}
