import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { impressionsSince } from '../../src/engines/enforcement/index.ts';
import type { ClickHouse } from '../../src/stores/clickhouse/index.ts';
import { openClickHouse, removeDirectory, temporaryDirectory } from '../ingest/open-stores.ts';

const SINCE = Date.parse('2026-03-02T09:30:00.000Z');
const limits = { maxSeconds: 30, maxMemoryBytes: 1_000_000_000 };
const directory = temporaryDirectory();
let clickhouse: ClickHouse;
beforeAll(async () => {
  clickhouse = await openClickHouse(directory);
});
afterAll(async () => {
  await clickhouse.close();
  removeDirectory(directory);
});

interface Impression {
  readonly flag: string;
  readonly variant: string;
  readonly unit?: string;
  /** Seconds after the decision, by the client's clock. */
  readonly ts: number;
  readonly receivedAt: number;
  /** By the client's clock; null: it did not say. */
  readonly sentAt?: number;
}

let rows = 0;
async function insert(...impressions: readonly Impression[]): Promise<void> {
  const text = (seconds: number) =>
    new Date(SINCE + seconds * 1000).toISOString().slice(0, 23).replace('T', ' ');
  const lines = impressions.map(({ flag, variant, unit = 'u1', ts, receivedAt, sentAt }) => {
    rows += 1;
    return JSON.stringify([
      ...['production', flag, 'user', unit, variant, text(ts), `i${rows}`, '', '', {}],
      ...[sentAt === undefined ? null : text(sentAt), text(receivedAt), 'test', 0, rows],
    ]);
  });
  await clickhouse.insert({
    table: 'raw_impressions',
    columns: [
      ...['environment', 'flag', 'unit_type', 'unit_id', 'variant', 'ts', 'id', 'reason', 'flag_version'],
      ...['attributes', 'sent_at', '_received_at', '_source', '_partition', '_offset'],
    ],
    values: Buffer.from(`${lines.join('\n')}\n`),
    ...{ token: null, limits },
  });
}

let flags = 0;
async function seenOf(...impressions: readonly Omit<Impression, 'flag'>[]) {
  flags += 1;
  const flag = `flag-${flags}`;
  if (impressions.length > 0) await insert(...impressions.map((one) => ({ ...one, flag })));
  const seen = await impressionsSince(clickhouse)('production', flag, 'treatment', new Date(SINCE));
  const seconds = (at: Date | null) => (at === null ? null : (at.getTime() - SINCE) / 1000);
  return { last: seconds(seen.last), heard: seconds(seen.heard), units: seen.units };
}

describe('the impressions since a decision', () => {
  it('are none where there are none, which is not zero seconds', async () => {
    expect(await seenOf()).toEqual({ last: null, heard: null, units: 0 });
  });

  it('tell the treatment’s last, the others’ last and the units that still met it', async () => {
    expect(
      await seenOf(
        { variant: 'treatment', ts: 1, receivedAt: 1.2, unit: 'a' },
        { variant: 'treatment', ts: 3.5, receivedAt: 4, unit: 'b' },
        { variant: 'treatment', ts: 2, receivedAt: 4, unit: 'b' },
        { variant: 'control', ts: 20, receivedAt: 20.1, unit: 'a' },
        { variant: 'another arm', ts: 21, receivedAt: 21.1, unit: 'c' },
      ),
    ).toEqual({ last: 3.5, heard: 21, units: 2 });
  });

  it('leave out what was received before, and do not count what happened before', async () => {
    expect(
      await seenOf(
        { variant: 'treatment', ts: -5, receivedAt: -1 },
        { variant: 'treatment', ts: -2, receivedAt: 3 },
      ),
    ).toEqual({ last: -2, heard: null, units: 0 });
  });

  it('are by our clock: a client’s that is fast or slow is put right by when it sent', async () => {
    // An hour fast, an hour slow; each sent two seconds after the event, and it took 0.1 s.
    expect(
      await seenOf(
        { variant: 'treatment', ts: 3600 + 5, sentAt: 3600 + 7, receivedAt: 7.1 },
        { variant: 'control', ts: -3600 + 9, sentAt: -3600 + 11, receivedAt: 11.1 },
      ),
    ).toEqual({ last: 5.1, heard: 9.1, units: 1 });
  });

  it('are never after their receipt, whatever a client says', async () => {
    expect(await seenOf({ variant: 'treatment', ts: 7200, receivedAt: 6 })).toMatchObject({ last: 6 });
  });
});
