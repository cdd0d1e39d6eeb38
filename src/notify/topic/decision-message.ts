import { createHash } from 'node:crypto';
import type { Decision, Heartbeat } from '../../decide/index.ts';
import type { OutgoingMessage } from '../../stream/index.ts';
import { contextOf, type EventContext, subjectOf } from '../cloud-event.ts';
import { heartbeatContext, heartbeatData } from '../heartbeat-event.ts';

/** A decision as a CloudEvent in Kafka's binary mode: its context in headers, the decision itself as the value. */
export function decisionMessage(decision: Decision, partitions: number): OutgoingMessage {
  const key = subjectOf(decision);
  return {
    partition: partitionOf(key, partitions),
    key,
    value: Buffer.from(JSON.stringify(decision)),
    headers: headersOf(contextOf(decision)),
  };
}

/** A heartbeat, once for every partition: in each it comes after the decisions there that it speaks of. */
export function heartbeatMessages(heartbeat: Heartbeat, partitions: number): OutgoingMessage[] {
  const value = Buffer.from(JSON.stringify(heartbeatData(heartbeat)));
  const headers = headersOf(heartbeatContext(heartbeat));
  return Array.from({ length: partitions }, (_, partition) => {
    return { partition, key: heartbeat.environment, value, headers };
  });
}

function headersOf(context: EventContext): Record<string, string> {
  const named = Object.entries(context).map(([name, value]) => [`ce_${name}`, value]);
  return { 'content-type': 'application/json', ...Object.fromEntries(named) };
}

/** The same for one key always: compaction and order are a partition's. */
function partitionOf(key: string, partitions: number): number {
  return createHash('sha256').update(key).digest().readUInt32BE() % partitions;
}
