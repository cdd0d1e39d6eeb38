import { z } from 'zod';
import type { DecisionPolicy } from '../catalogue/index.ts';
import type { Decision, DecisionVerdict } from './decision-document.ts';

/** What renews all decisions of an environment at once: how they stand when nothing has changed them. */
export const Heartbeat = z
  .strictObject({
    environment: z.string(),
    sequence: z.int().describe('it speaks of the decisions up to this one'),
    at: z.iso.datetime().describe('they held at this moment'),
    dataThrough: z.iso.datetime().nullable().describe('everything received up to here was decided on'),
    except: z.array(z.string()).describe('flags of which it says nothing'),
  })
  .meta({ id: 'DecisionHeartbeat' });
export type Heartbeat = z.infer<typeof Heartbeat>;

type Renewal = Decision['renewal'];

/** Good news only holds while the data is young enough; the rest as long as somebody vouches for it. */
export function renewalOf(
  { validForSeconds, staleAfterSeconds }: DecisionPolicy,
  dataThrough: string | null,
  verdict: DecisionVerdict,
): NonNullable<Renewal> {
  const ageless = dataThrough === null || verdict === 'breach' || verdict === 'stale';
  return { seconds: validForSeconds, dataSeconds: ageless ? null : staleAfterSeconds };
}

/** Until when a decision is valid that held at a moment, by data up to another one. */
export function validUntil(
  { seconds, dataSeconds }: NonNullable<Renewal>,
  { at, dataThrough }: Pick<Heartbeat, 'at' | 'dataThrough'>,
): string {
  const held = Date.parse(at) + seconds * 1000;
  const young =
    dataSeconds === null || dataThrough === null ? held : Date.parse(dataThrough) + dataSeconds * 1000;
  return new Date(Math.min(held, young)).toISOString();
}

/** The decision as a heartbeat leaves it: the rule that every consumer follows, here and elsewhere. */
export function renewed(decision: Decision, heartbeat: Heartbeat | null): Decision {
  const { renewal, sequence, flag, dataThrough: known } = decision;
  if (heartbeat === null || renewal === null || decision.validUntil === null) return decision;
  if (sequence === 0 || sequence > heartbeat.sequence || heartbeat.except.includes(flag)) return decision;
  const dataThrough = known === null ? null : later(known, heartbeat.dataThrough ?? known);
  const until = validUntil(renewal, { at: heartbeat.at, dataThrough });
  return { ...decision, dataThrough, validUntil: later(decision.validUntil, until) };
}

/** Of two instants as the service writes them. */
function later(a: string, b: string): string {
  return a < b ? b : a;
}
