import type { RejectedEvent, Verdicts } from '../collect/index.ts';
import { parseJson } from '../events/index.ts';
import { mapFields } from '../kafka-sources.ts';
import type { SourceTopic } from '../stream-ingest/index.ts';
import type { ServiceClient } from './service-client.ts';

export interface ReplayOptions {
  readonly service: ServiceClient;
  /** Nothing is sent; what is said would happen. */
  readonly dryRun: boolean;
  /** How the events of other producers' topics are read; without an entry they are sent as they are. */
  readonly sources: readonly SourceTopic[];
}

/** What became of events that were sent again. */
export interface ReplayOutcome {
  events: number;
  /** In a dry run: that would be. */
  accepted: number;
  /** Known already by their ids; a dry run does not look for them. */
  duplicates: number;
  readonly rejected: Tally;
  readonly leftOut: Tally;
}

/** Events by reason, the first of them by id. */
export interface Tally {
  count: number;
  readonly byReason: Record<string, number>;
  readonly first: { readonly id: string; readonly reason: string; readonly detail: string }[];
}

interface Ready {
  readonly id: string;
  readonly json: string;
}

/** Below what the service takes in one request: 1 000 events and 1 MB. */
const BATCH_EVENTS = 1000;
const BATCH_BYTES = 900_000;
const FIRST = 100;

/**
 * Sends rejected events to the service again. They are tried first and only those are sent that will be taken, so that
 * what is rejected again leaves no second rejected event; the ids are the same as before, so a repeat counts nothing twice.
 */
export async function replayDeadLetters(
  events: AsyncIterable<RejectedEvent>,
  options: ReplayOptions,
): Promise<ReplayOutcome> {
  const outcome = { events: 0, accepted: 0, duplicates: 0, rejected: emptyTally(), leftOut: emptyTally() };
  let batch: Ready[] = [];
  let bytes = 0;
  for await (const event of events) {
    outcome.events += 1;
    const ready = prepare(event, options.sources);
    if ('reason' in ready) {
      note(outcome.leftOut, event.id, ready.reason, ready.detail);
      continue;
    }
    const size = Buffer.byteLength(ready.json) + 1;
    if (batch.length === BATCH_EVENTS || bytes + size > BATCH_BYTES) {
      await send(batch, options, outcome);
      [batch, bytes] = [[], 0];
    }
    batch.push(ready);
    bytes += size;
  }
  await send(batch, options, outcome);
  return outcome;
}

async function send(
  batch: readonly Ready[],
  { service, dryRun }: ReplayOptions,
  outcome: ReplayOutcome,
): Promise<void> {
  const post = async (path: string, events: readonly Ready[]): Promise<Verdicts> => {
    const verdicts = (await service.post(path, `[${events.map(({ json }) => json).join(',')}]`)) as Verdicts;
    for (const { index, code, detail } of verdicts.rejected)
      note(outcome.rejected, events[index]?.id ?? '', code, detail);
    return verdicts;
  };
  if (batch.length === 0) return;
  const tried = await post('events:validate', batch);
  const bad = new Set(tried.rejected.map(({ index }) => index));
  const good = batch.filter((_, index) => !bad.has(index));
  if (dryRun || good.length === 0) {
    outcome.accepted += good.length;
    return;
  }
  const verdicts = await post('events', good);
  outcome.accepted += verdicts.accepted;
  outcome.duplicates += verdicts.duplicates;
}

/** The event's own bytes, where they can be sent again. */
function prepare(
  { id, code, raw, rawBytes, sender }: RejectedEvent,
  sources: readonly SourceTopic[],
): Ready | { readonly reason: string; readonly detail: string } {
  if (code === 'unreadable-row')
    return {
      reason: 'a row',
      detail: 'it is a row that the tables could not take, not the event it was made of',
    };
  if (raw === null) return { reason: 'no text', detail: 'it is not UTF-8, which JSON has to be' };
  if (Buffer.byteLength(raw) < rawBytes)
    return {
      reason: 'cut',
      detail: `it had ${rawBytes} bytes and only the first are kept; send it again from where it came`,
    };
  try {
    const event = parseJson(raw);
    const source = sources.find(({ name }) => sender === `kafka:${name}`);
    // JSON has no infinity, and null in its place would be taken.
    const finite = (_: string, value: unknown) =>
      typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
    return { id, json: source === undefined ? raw : JSON.stringify(mapFields(event, source), finite) };
  } catch {
    return { reason: 'no JSON', detail: 'it is not JSON' };
  }
}

function emptyTally(): Tally {
  return { count: 0, byReason: {}, first: [] };
}

function note(tally: Tally, id: string, reason: string, detail: string): void {
  tally.count += 1;
  tally.byReason[reason] = (tally.byReason[reason] ?? 0) + 1;
  if (tally.first.length < FIRST) tally.first.push({ id, reason, detail });
}
