import { type ChaosEvent, isValid, unitsOf } from './workload.ts';

export const TABLES = ['raw_impressions', 'raw_conversions', 'dead_letters'] as const;
export type Table = (typeof TABLES)[number];

/** A message as an independent reader got it. */
export interface TopicMessage {
  readonly partition: number;
  readonly offset: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer;
}

/** A row that a message must leave in a table; `text` is all of it but its stamp, as check-*.sql writes it. */
export interface TopicRow {
  readonly table: Table;
  readonly text: string;
  /** Null for what is no event. */
  readonly unit: { readonly type: string; readonly eventId: string } | null;
}

/**
 * The rows of a message, read without the service's own code: what it says of an envelope's layout and of single
 * events is said here a second time.
 */
export function rowsOfMessage({ headers, value }: TopicMessage): TopicRow[] {
  if (headers['assay-rows'] !== undefined) return rowsOfEnvelope(headers, value);
  const text = value.toString('utf8');
  if (text.startsWith('['))
    return (JSON.parse(text) as ChaosEvent[]).flatMap((event, i) => rowsOfEvent(event, i));
  return text
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line, i) => rowsOfEvent(JSON.parse(line), i));
}

function rowsOfEnvelope(headers: TopicMessage['headers'], value: Buffer): TopicRow[] {
  let from = 0;
  return (
    [
      ['impressions', rowOfImpression],
      ['conversions', rowOfConversion],
      ['deadLetters', rowOfDeadLetter],
    ] as const
  ).flatMap(([section, rowOf]) => {
    const [rows = 0, bytes = 0] = (headers[section] ?? '').split(':').map(Number);
    const lines = value
      .subarray(from, from + bytes)
      .toString('utf8')
      .split('\n')
      .slice(0, -1);
    from += bytes;
    if (lines.length !== rows) throw new Error(`an envelope has ${lines.length} ${section} and says ${rows}`);
    return lines.map((line) => rowOf(JSON.parse(`${line}]`)));
  });
}

type Attributes = Readonly<Record<string, string>>;

function rowOfImpression(
  cells: [
    string,
    string,
    string,
    string,
    string,
    string[],
    number,
    string,
    string,
    string,
    Attributes,
    number | null,
  ],
): TopicRow {
  const [environment, flag, unitType, unitId, id, types, ts, variant, reason, version, attributes, sent] =
    cells;
  const content = [variant, reason, version];
  return {
    table: 'raw_impressions',
    text: [
      environment,
      flag,
      unitType,
      unitId,
      id,
      types.join(),
      ts,
      ...content,
      flat(attributes),
      sent ?? '',
    ].join('\n'),
    unit: { type: unitType, eventId: id },
  };
}

function rowOfConversion(
  cells: [string, string, string, string, string, string[], number, number | null, Attributes, number | null],
): TopicRow {
  const [environment, name, unitType, unitId, id, types, ts, value, attributes, sent] = cells;
  return {
    table: 'raw_conversions',
    text: [
      environment,
      name,
      unitType,
      unitId,
      id,
      types.join(),
      ts,
      value ?? '',
      flat(attributes),
      sent ?? '',
    ].join('\n'),
    unit: { type: unitType, eventId: id },
  };
}

function rowOfDeadLetter([, , raw, , , position]: [
  string,
  string,
  string,
  number,
  string,
  number,
]): TopicRow {
  return { table: 'dead_letters', text: `${raw}\n${position}`, unit: null };
}

function rowsOfEvent(event: ChaosEvent, position: number): TopicRow[] {
  const { environment, id, type, flag, variant, reason, name, value, attributes } = event;
  if (!isValid(event)) {
    const raw = Buffer.from(JSON.stringify(event)).toString('base64');
    return [rowOfDeadLetter(['', '', raw, 0, '', position])];
  }
  const units = unitsOf(event);
  const types = units.map(([unitType]) => unitType);
  const ts = Date.parse(event.ts);
  return units.map(([unitType, unitId]) =>
    type === 'impression'
      ? rowOfImpression([
          ...([environment, flag ?? '', unitType, unitId, id, types, ts] as const),
          ...([variant ?? '', reason ?? '', '', attributes, null] as const),
        ])
      : rowOfConversion([
          environment,
          name ?? '',
          unitType,
          unitId,
          id,
          types,
          ts,
          value ?? null,
          attributes,
          null,
        ]),
  );
}

function flat(attributes: Attributes): string {
  return Object.keys(attributes)
    .sort()
    .map((name) => `${name}=${attributes[name]}`)
    .join();
}
