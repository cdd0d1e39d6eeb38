import type { PostgresRunner } from '../../stores/postgres/index.ts';
import { loadSql } from '../../stores/sql-file.ts';
import { Flag } from '../flag.ts';
import { type FlagWide, NO_FLAG_WIDE } from '../guardrail.ts';
import type { StoredRow } from '../stored.ts';
import { FlagGuardrails } from './flag-guardrails.ts';

const READ = loadSql(new URL('../read-entry.sql', import.meta.url));

/** What an environment says of all flags, and a flag of itself. */
export interface FlagWideOfFlag {
  readonly flag: Flag;
  /** null: the environment has none. */
  readonly document: FlagGuardrails | null;
  /** What an experiment on the flag carries. */
  readonly flagWide: FlagWide;
}

/** null: there is no such flag. */
export async function readFlagWide(
  transaction: PostgresRunner,
  { environment, flag: key }: { readonly environment: string; readonly flag: string },
): Promise<FlagWideOfFlag | null> {
  const [row] = await transaction.query<StoredRow>(READ, ['flags', `${environment}/${key}`]);
  if (row === undefined) return null;
  const flag = Flag.parse(row.definition);
  const [entry] = await transaction.query<StoredRow>(READ, ['flagGuardrails', environment]);
  if (entry === undefined) return { flag, document: null, flagWide: NO_FLAG_WIDE };
  const document = FlagGuardrails.parse(entry.definition);
  return { flag, document, flagWide: flagWideOf(flag, document, entry.revision) };
}

function flagWideOf(
  { guardrailsOptOut }: Flag,
  { guardrails, decisions }: FlagGuardrails,
  revision: number,
): FlagWide {
  const isOut = (metric: string) =>
    guardrailsOptOut !== null &&
    (guardrailsOptOut.metrics === null || guardrailsOptOut.metrics.includes(metric));
  const out = guardrails.map(({ metric }) => metric).filter(isOut);
  return {
    revision,
    guardrails: guardrails
      .filter(({ metric }) => !isOut(metric))
      // An experiment's own gate says nothing of what it did not define.
      .map((guardrail) => ({ ...guardrail, gate: guardrail.gate ?? decisions.gate })),
    optedOut:
      guardrailsOptOut === null || out.length === 0 ? null : { metrics: out, why: guardrailsOptOut.why },
  };
}
