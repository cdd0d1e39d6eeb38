import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { type Page, positionOf, toPage } from '../access/index.ts';
import { AppError } from '../errors.ts';
import type { ClickHouse, StatementLimits } from '../stores/clickhouse/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import type { RejectedEvent, RejectedEventsQuery } from './rejected-event.ts';

const REJECTED_EVENTS = loadSql(new URL('./rejected-events.sql', import.meta.url));
const LIMITS: StatementLimits = { maxSeconds: 10, maxMemoryBytes: 500_000_000 };
const LIST = 'rejected-events';
/** Within what the engine's DateTime64 holds. */
const FOREVER = Date.UTC(2262, 0, 1);

/** The last row that was given, and how many rows like it in everything were. */
const Position = z.object({
  receivedAt: z.int().min(0).max(FOREVER),
  source: z.string(),
  partition: z.int().min(0),
  offset: z.string().regex(/^\d{1,19}$/),
  position: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{16}$/),
  given: z.int().min(1),
});
type Position = z.infer<typeof Position>;

interface Row {
  readonly received_at: string;
  readonly source: string;
  readonly partition: number;
  readonly offset: string;
  readonly position: number;
  readonly hash: string;
  readonly code: string;
  readonly detail: string;
  readonly sender: string;
  readonly raw: string;
  readonly raw_bytes: number;
}

/** The events that were not taken, as they are kept for 30 days. */
export class RejectedEvents {
  readonly #clickhouse: ClickHouse;

  constructor(clickhouse: ClickHouse) {
    this.#clickhouse = clickhouse;
  }

  /** One page, newest first. @throws AppError `bad-request` for a cursor of another list. */
  async list(query: RejectedEventsQuery): Promise<Page<RejectedEvent>> {
    const from = positionFrom(query);
    const rows = await this.#clickhouse.query<Row>({
      sql: REJECTED_EVENTS,
      params: {
        code: query.code ?? '',
        sender: query.sender ?? '',
        partition: query.partition ?? -1,
        offset: query.offset ?? -1,
        ...boundsOf(query),
        from: from === null ? 0 : 1,
        received_at: from?.receivedAt ?? 0,
        source: from?.source ?? '',
        from_partition: from?.partition ?? 0,
        from_offset: from?.offset ?? '0',
        position: from?.position ?? 0,
        from_hash: from?.hash ?? '',
        skip: from?.given ?? 0,
        limit: query.limit + 1,
      },
      limits: LIMITS,
    });
    const given = rows.slice(0, query.limit);
    const page = toPage(LIST, query, rows, (last) => JSON.stringify(positionOfLast(last, given, from)));
    return { items: page.items.map(toRejectedEvent), nextCursor: page.nextCursor };
  }
}

function positionFrom(query: RejectedEventsQuery): Position | null {
  const position = positionOf(LIST, query);
  if (position === null) return null;
  try {
    return Position.parse(JSON.parse(position));
  } catch (cause) {
    throw new AppError('bad-request', 'This cursor is not one of this list; begin again without it.', {
      cause,
    });
  }
}

function positionOfLast(last: Row, given: readonly Row[], from: Position | null): Position {
  const receivedAt = Number(last.received_at);
  const alike = given.filter((row) => row.hash === last.hash && row.received_at === last.received_at).length;
  // Those before this page were given by the ones before it.
  const before = from !== null && from.hash === last.hash && from.receivedAt === receivedAt ? from.given : 0;
  const { source, partition, offset, position, hash } = last;
  return { receivedAt, source, partition, offset, position, hash, given: alike + before };
}

/** A part of an id is the moment: what an id names is found without looking at the rest. */
function boundsOf({ id, since, until }: RejectedEventsQuery): { hash: string; since: number; until: number } {
  const bounds = { hash: '', since: instant(since, 0), until: instant(until, FOREVER) };
  if (id === undefined) return bounds;
  const [moment = '', hash = ''] = id.split('-');
  const receivedAt = Math.min(Number.parseInt(moment, 36), FOREVER);
  return {
    hash,
    since: Math.max(bounds.since, receivedAt),
    until: Math.min(bounds.until, receivedAt + 1),
  };
}

function instant(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : Math.min(Math.max(Date.parse(text), 0), FOREVER);
}

function toRejectedEvent(row: Row): RejectedEvent {
  const bytes = Buffer.from(row.raw, 'base64');
  const text = withoutCutCharacter(bytes, row.raw_bytes);
  const receivedAt = Number(row.received_at);
  return {
    id: `${receivedAt.toString(36)}-${row.hash}`,
    receivedAt: new Date(receivedAt).toISOString(),
    index: row.position,
    code: row.code,
    detail: row.detail,
    sender: row.sender,
    source: row.source,
    partition: row.partition,
    offset: Number(row.offset),
    raw: isUtf8(text) ? text.toString('utf8') : null,
    rawBase64: isUtf8(text) ? null : row.raw,
    rawBytes: row.raw_bytes,
  };
}

/** The cut at the length limit may have gone through a character of up to four bytes. */
function withoutCutCharacter(bytes: Buffer, rawBytes: number): Buffer {
  if (bytes.length === rawBytes) return bytes;
  for (let cut = 0; cut < 4; cut++) {
    const shorter = bytes.subarray(0, bytes.length - cut);
    if (isUtf8(shorter)) return shorter;
  }
  return bytes;
}
