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

const Position = z.tuple([
  z.int().min(0).max(FOREVER),
  z.string(),
  z.string().regex(/^\d{1,19}$/),
  z.int().min(0),
]);

interface Row {
  readonly received_at: string;
  readonly source: string;
  readonly block: string;
  readonly position: number;
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
    const after = positionAfter(query);
    const [receivedAt, source, block, position] = after ?? [0, '', '0', 0];
    const rows = await this.#clickhouse.query<Row>({
      sql: REJECTED_EVENTS,
      params: {
        code: query.code ?? '',
        sender: query.sender ?? '',
        since: instant(query.since, 0),
        until: instant(query.until, FOREVER),
        after: after === null ? 0 : 1,
        received_at: receivedAt,
        source,
        block,
        position,
        limit: query.limit + 1,
      },
      limits: LIMITS,
    });
    const page = toPage(LIST, query, rows, (row) =>
      JSON.stringify([Number(row.received_at), row.source, row.block, row.position]),
    );
    return { items: page.items.map(toRejectedEvent), nextCursor: page.nextCursor };
  }
}

function positionAfter(query: RejectedEventsQuery): z.infer<typeof Position> | null {
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

function instant(text: string | undefined, otherwise: number): number {
  return text === undefined ? otherwise : Math.min(Math.max(Date.parse(text), 0), FOREVER);
}

function toRejectedEvent(row: Row): RejectedEvent {
  const bytes = Buffer.from(row.raw, 'base64');
  const text = withoutCutCharacter(bytes, row.raw_bytes);
  return {
    receivedAt: new Date(Number(row.received_at)).toISOString(),
    index: row.position,
    code: row.code,
    detail: row.detail,
    sender: row.sender,
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
