/**
 * Kevin Hillstrom's MineThatData e-mail challenge (2008, public domain) as the events that a shop would have sent. The
 * data have no dates but `recency`, the months since the last purchase: the year's spending before the e-mail becomes
 * one purchase so long ago, the e-mails go out one a second from 1 April 2008, and what a unit did follows a day later.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const SENT_FROM_MS = Date.UTC(2008, 3, 1);
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Twelve of these stay inside the pre-period of 365 days. */
const MONTH_MS = 30 * DAY_MS;

const VARIANT: Readonly<Record<string, string>> = {
  'No E-Mail': 'control',
  'Mens E-Mail': 'mens',
  'Womens E-Mail': 'womens',
};
const ATTRIBUTES = ['recency', 'history_segment', 'mens', 'womens', 'zip_code', 'newbie', 'channel'] as const;

/** An event in the form that `POST /api/v1/events` takes. */
export interface ReplayedEvent {
  readonly id: string;
  readonly type: 'impression' | 'conversion';
  readonly ts: string;
  readonly environment: string;
  readonly unit: { readonly type: 'user'; readonly id: string };
  readonly flag?: string;
  readonly variant?: string;
  readonly reason?: string;
  readonly name?: string;
  readonly value?: number;
  readonly attributes?: Readonly<Record<string, string>>;
}

type Row = Readonly<Record<string, string>>;

/** A line's fields; one segment's name has a comma and stands in quotes. */
const fieldsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map((match) => match[1] ?? match[2] ?? '');

/** The data; rows are taken apart only when asked for, since all of them at once are many small objects. */
export interface Hillstrom {
  readonly count: number;
  /** A row's fields, as text by column name. */
  row(index: number): Row;
}

/** The data's 64 000 rows. */
export function readHillstrom(file: URL = new URL('./hillstrom.csv.gz', import.meta.url)): Hillstrom {
  const [header = '', ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trim().split(/\r?\n/);
  const columns = header.split(',');
  return {
    count: lines.length,
    row(index) {
      const fields = fieldsOf(lines[index] ?? '');
      return Object.fromEntries(columns.map((column, at) => [column, fields[at] ?? '']));
    },
  };
}

/** One unit's events, always the same ones with the same ids: sent twice they are duplicates. */
export function eventsOf(row: Row, index: number): readonly ReplayedEvent[] {
  const field = (name: string): string => row[name] ?? '';
  const variant = VARIANT[field('segment')];
  if (variant === undefined)
    throw new Error(`row ${index + 1} has the unknown segment "${field('segment')}"`);
  const sentAt = SENT_FROM_MS + index * SECOND_MS;
  const common = (what: string, ts: number) => ({
    id: `hillstrom-${index + 1}-${what}`,
    ts: new Date(ts).toISOString(),
    environment: 'production',
    unit: { type: 'user', id: `customer-${index + 1}` } as const,
  });
  const did = (what: string, afterMs: number, value?: number): ReplayedEvent => ({
    ...common(what, sentAt + afterMs),
    type: 'conversion',
    name: what,
    ...(value === undefined ? {} : { value }),
  });
  return [
    {
      ...common('history', sentAt - Number(field('recency')) * MONTH_MS),
      type: 'conversion',
      name: 'purchase',
      value: Number(field('history')),
    },
    {
      ...common('email', sentAt),
      type: 'impression',
      flag: 'email-campaign',
      variant,
      reason: 'split',
      attributes: Object.fromEntries(ATTRIBUTES.map((name) => [name, field(name)])),
    },
    ...(field('visit') === '1' ? [did('visit', DAY_MS)] : []),
    ...(field('conversion') === '1' ? [did('order', DAY_MS + 5 * MINUTE_MS)] : []),
    ...(Number(field('spend')) > 0 ? [did('purchase', DAY_MS + 5 * MINUTE_MS, Number(field('spend')))] : []),
  ];
}
