import { actuatorFor, type Order, type Seen } from '../actuators/index.ts';
import type { EngineConnection } from '../connections/index.ts';
import type { EnforcementRow } from './enforcement-row.ts';
import type { EnforcerDeps, Step } from './enforcer.ts';
import type { ImpressionsSeen } from './impressions-since.ts';
import { watchAfterMs, watchSince } from './pace.ts';

/** Whoever turns it on again a third time means it, and is not fought. */
const MOST_TIMES_AGAIN = 2;

type Deps = Pick<EnforcerDeps, 'actuators' | 'impressionsSince' | 'clock' | 'logger'>;

/**
 * Looks whether what has stopped is served again while its decision stands: the engine says so, or the treatment is met.
 * Then it is stopped again where that may help and was not done too often; else people are told, once.
 */
export async function watchConfirmed(
  row: EnforcementRow,
  confirmedAt: Date,
  connection: EngineConnection,
  deps: Deps,
): Promise<Step> {
  const { actuators, clock } = deps;
  const { flag, treatment, action, why } = row;
  const order: Order = { flag, treatment, action, why };
  const seen = await actuatorFor(connection, actuators).readBack(order);
  const met = action === 'pause' ? null : await impressionsAfter(row, confirmedAt, deps);
  const now = clock();
  const waitMs = watchAfterMs(confirmedAt, now);
  const last = met?.last ?? null;
  const isMet = last !== null && last > confirmedAt;
  if (seen.state !== 'serving' && !isMet)
    // What is not known now is no news: it was shown to have stopped.
    return {
      status: 'confirmed',
      detail: row.status === 'confirmed' ? row.detail : stoppedAgain(seen),
      waitMs,
    };
  const found = { lastTreatmentAt: isMet ? last : row.last_treatment_at };
  // It is told of once, also where it goes on.
  if (row.status === 'escalated') return { status: 'escalated', detail: row.detail, ...found, waitMs };
  const evidence = [
    ...(seen.state === 'serving' ? [`The engine says so: ${seen.detail}`] : []),
    ...(isMet ? [`"${treatment}" was met at ${last.toISOString()}.`] : []),
  ].join(' ');
  const reopened = row.reopened + 1;
  const again = { ...found, reopened, reopenedAt: now };
  if (seen.state === 'stopped')
    return {
      status: 'escalated',
      detail: `It is met again though the engine says that it is stopped: look at the callers. ${evidence}`,
      ...{ ...again, waitMs },
    };
  if (connection.whenServedAgain === 'escalate' || reopened > MOST_TIMES_AGAIN)
    return {
      status: 'escalated',
      detail: `It is served again while the decision stands, and is not stopped again: stop it by hand, or resume the treatment. ${evidence}`,
      ...{ ...again, waitMs },
    };
  return {
    status: 'waiting',
    detail: `It is served again while the decision stands, and is stopped once more. ${evidence}`,
    ...{ ...again, acknowledgedAt: null, confirmedAt: null, waitMs: 0 },
  };
}

const stoppedAgain = ({ detail }: Seen): string => `It is not served any more. ${detail}`;

/** null: they cannot be looked at. */
async function impressionsAfter(
  { id, environment, flag, treatment }: EnforcementRow,
  confirmedAt: Date,
  { impressionsSince, clock, logger }: Deps,
): Promise<ImpressionsSeen | null> {
  try {
    return await impressionsSince(environment, flag, treatment, watchSince(confirmedAt, clock()));
  } catch (error) {
    logger.warn({ err: error, enforcement: id }, 'the impressions could not be looked at');
    return null;
  }
}
