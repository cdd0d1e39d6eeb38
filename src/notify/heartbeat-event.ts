import { createHash } from 'node:crypto';
import type { Heartbeat, StoredHeartbeat } from '../decide/index.ts';
import { type EventContext, sourceOf } from './cloud-event.ts';

const HEARTBEAT_TYPE = 'assay.heartbeat.v1';

/** The context of the event of a heartbeat. It is the same one however often it is told. */
export function heartbeatContext({ environment, sequence, at }: Heartbeat): EventContext {
  const name = JSON.stringify([environment, sequence, at]);
  const id = createHash('sha256').update(name).digest('base64url').replaceAll(/[-_]/g, '').slice(0, 24);
  return {
    ...{ specversion: '1.0', id: `hb_${id}`, source: sourceOf(environment), type: HEARTBEAT_TYPE },
    ...{ subject: environment, time: at, sequence: String(sequence) },
  };
}

/** What is told of a heartbeat. */
export function heartbeatData({ environment, sequence, at, dataThrough, except }: Heartbeat): Heartbeat {
  return { environment, sequence, at, dataThrough, except };
}

/** Told thrice while the decision that expires first is valid, and no more often than a heartbeat is made. */
export function heartbeatEveryMs({ shortestSeconds }: StoredHeartbeat): number {
  return Math.min(10_000, Math.max(1000, (shortestSeconds * 1000) / 3));
}
