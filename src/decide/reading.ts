import { buildIdentity, type LiveAttribution } from '../attribute/index.ts';
import type { ExperimentPlan } from '../catalogue/index.ts';
import type { AssignmentOverlap } from '../ruling/index.ts';

/** What the moments can say of an experiment now. */
export interface Reading {
  readonly plan: ExperimentPlan;
  readonly live: LiveAttribution | null;
  readonly noLook: string | null;
  /** Flags that are not assigned independently of its flag. */
  readonly overlaps: readonly AssignmentOverlap[];
}

export function readingOf(plan: ExperimentPlan, live: LiveAttribution | null): Omit<Reading, 'overlaps'> {
  if (live === null) return { plan, live, noLook: 'its moments are not made yet' };
  // The moments of an older definition hold units of a new epoch as those of the one before.
  if (live.identity !== buildIdentity(plan))
    return { plan, live: null, noLook: 'its moments are being made anew for what has changed' };
  return live.provenance.untrusted
    ? { plan, live: null, noLook: 'its moments differ from what raw rows give, and are being made anew' }
    : { plan, live, noLook: null };
}

/** Everything in a reading that a decision depends on, but for the time. */
export function figuresOf({ plan, live, noLook, overlaps }: Reading): string {
  const { specHash, guardrails, guardrailsChangedAt, optedOut, decisions } = plan;
  const guarded = new Set(guardrails.map(({ metric }) => metric));
  const moments = live?.moments.filter(({ metric }) => guarded.has(metric));
  // Where they were read ahead of a cycle there is nothing of other metrics.
  const parameters = live?.parameters.filter(({ metric }) => guarded.has(metric));
  const failed = live?.failed.filter(({ metric }) => guarded.has(metric));
  const { build, units } = live ?? {};
  const flags = overlaps.map(({ flag }) => flag);
  const parts = [specHash, guardrails, guardrailsChangedAt, optedOut, decisions, noLook, flags];
  return JSON.stringify([...parts, build, units, moments, failed, parameters]);
}
