import { createHash } from 'node:crypto';
import { type Arm, ExperimentDefinition } from '../experiment.ts';
import { IMPLICIT_PREFIX } from '../experiment-rules.ts';
import type { FlagWideOfFlag } from './read-flag-wide.ts';

/** The terms of a flag's implicit experiment that its flag and environment decide. */
export interface ImplicitTerms {
  readonly unitType: string;
  readonly control: string;
  readonly arms: readonly Arm[];
  readonly decisions: ExperimentDefinition['decisions'];
}

/** null: the flag wants none, because it declares no weights or nothing flag-wide is left to watch. */
export function implicitTerms({ flag, document, flagWide }: FlagWideOfFlag): ImplicitTerms | null {
  const { allocation, variants } = flag;
  if (allocation === null || document === null || flagWide.guardrails.length === 0) return null;
  return {
    unitType: document.unitType,
    control: allocation.control,
    arms: variants.map(({ key }) => ({ variant: key, weight: allocation.weights[key] ?? 0 })),
    decisions: document.decisions,
  };
}

/** An implicit experiment that begins now. */
export function implicitDefinition(
  { environment, flag, key }: { readonly environment: string; readonly flag: string; readonly key: string },
  { unitType, control, arms, decisions }: ImplicitTerms,
  now: Date,
): ExperimentDefinition {
  return ExperimentDefinition.parse({
    ...{ key, environment, flag, unitType, control, arms, decisions },
    name: `Flag-wide guardrails of ${flag}`.slice(0, 200),
    start: now.toISOString(),
  });
}

/** So much of a flag's key is shown where the whole would make the experiment's too long. */
const MOST_SHOWN = 80;

/**
 * The key of a flag's implicit experiment of that number: `flag:<key>`, then `flag:<key>:2`, … Keys of experiments are unique
 * among all environments, and one that has ended never starts again.
 */
export function implicitKey(flag: string, number: number): string {
  const hash = createHash('sha256').update(flag).digest('hex').slice(0, 10);
  const name = flag.length <= MOST_SHOWN ? flag : `${flag.slice(0, MOST_SHOWN - hash.length - 1)}.${hash}`;
  return `${IMPLICIT_PREFIX}${name}${number === 1 ? '' : `:${number}`}`;
}
