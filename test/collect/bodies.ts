import { gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import type { EventsRequest } from '../../src/collect/events-request.ts';
import { NOW } from '../events/samples.ts';

/** A good event: the text that a producer sends, and the rows it must become, by table. */
export interface GoodItem {
  readonly good: true;
  readonly text: string;
  readonly table: 'raw_impressions' | 'raw_conversions';
  readonly rows: readonly Record<string, unknown>[];
}

/** Something that is no event; in an array, text that is no JSON spoils the whole. */
export interface BadItem {
  readonly good: false;
  readonly text: string;
  readonly isJson: boolean;
}

export type Item = GoodItem | BadItem;

const text = (maxLength: number) =>
  fc.oneof(
    fc.string({ minLength: 1, maxLength }),
    fc
      .string({ unit: 'binary', minLength: 1, maxLength: Math.floor(maxLength / 2) })
      .filter((s) => !s.includes('\0')),
    fc.constantFrom(
      '__proto__',
      'constructor',
      'null',
      '"',
      '\\',
      '\u2028',
      '\ufeff',
      "'; DROP TABLE x",
      '\\N',
      '{}',
    ),
  );
const name = (maxLength: number) => text(maxLength).filter((s) => JSON.stringify(s) === `"${s}"`);
const attribute = fc.oneof(
  text(50),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

const common = fc.record({
  suffix: text(20),
  environment: text(30),
  ts: fc.integer({ min: 0, max: NOW + 86_400_000 }),
  units: fc.uniqueArray(fc.record({ type: name(10), id: text(60) }), {
    minLength: 1,
    maxLength: 3,
    selector: (unit) => unit.type,
  }),
  unitField: fc.boolean(),
  attributes: fc.option(
    fc.uniqueArray(fc.tuple(name(20), attribute), { maxLength: 5, selector: ([name]) => name }),
  ),
  sentAt: fc.option(fc.integer({ min: 0, max: NOW })),
  unknownDepth: fc.option(fc.integer({ min: 1, max: 20_000 })),
});
const kinds = fc.oneof(
  fc.record({
    type: fc.constant('impression' as const),
    flag: text(50),
    variant: text(50),
    reason: fc.constantFrom(undefined, null, '', 'SPLIT', 'targeting_match'),
    flagVersion: fc.option(text(20)),
  }),
  fc.record({
    type: fc.constant('conversion' as const),
    name: text(50),
    value: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  }),
);
type Common = typeof common extends fc.Arbitrary<infer T> ? T : never;
type Kind = typeof kinds extends fc.Arbitrary<infer T> ? T : never;

/** Members of an object in order, `__proto__` included, as JSON. */
const objectText = (entries: readonly (readonly [string, unknown])[]) =>
  `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;

function goodItem(id: string, base: Common, kind: Kind): GoodItem {
  const { environment, ts, units, unitField, attributes, sentAt, unknownDepth } = base;
  const unitsText = unitField
    ? `"unit":${JSON.stringify(units[0])},"units":${objectText(units.slice(1).map((unit) => [unit.type, unit.id]))}`
    : `"units":${objectText(units.map((unit) => [unit.type, unit.id]))}`;
  const fields = [
    ...Object.entries({ ...kind, id, environment, ts: new Date(ts).toISOString() })
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `"${name}":${JSON.stringify(value)}`),
    unitsText,
    ...(attributes === null ? [] : [`"attributes":${objectText(attributes)}`]),
    ...(sentAt === null ? [] : [`"sentAt":"${new Date(sentAt).toISOString()}"`]),
    ...(unknownDepth === null ? [] : [`"unknown":${deep(unknownDepth)}`]),
  ];
  const row = {
    id,
    environment,
    ts: String(ts),
    sent_at: sentAt === null ? null : String(sentAt),
    unit_types: units.map((unit) => unit.type).sort(),
    attributes: (attributes ?? [])
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, typeof value === 'number' && value === 0 ? '0' : String(value)])
      .sort(),
    ...(kind.type === 'impression'
      ? {
          flag: kind.flag,
          variant: kind.variant,
          reason: (kind.reason ?? '').toLowerCase(),
          flag_version: kind.flagVersion ?? '',
        }
      : { name: kind.name, value: kind.value === 0 ? 0 : kind.value }),
  };
  return {
    good: true,
    text: `{${fields.join(',')}}`,
    table: kind.type === 'impression' ? 'raw_impressions' : 'raw_conversions',
    rows: units.map((unit) => ({ ...row, unit_type: unit.type, unit_id: unit.id })),
  };
}

const breakers: readonly ((good: string) => string)[] = [
  (good) => good.replace(/"id":"/, '"id":"\\u0000'),
  (good) => good.replace(/"environment":/, '"environment":5,"was":'),
  (good) => good.replace(/"ts":"/, '"ts":"x'),
  (good) => good.replace(/"ts":"[^"]*"/, '"ts":"2026-03-04T00:00:00Z"'),
  (good) => good.replace(/"type":"/, '"type":"x'),
  (good) => good.replace(/"units":/, '"units":[],"was":'),
  (good) => `${good.slice(0, -1)},"attributes":{"a":${deep(5000)}}}`,
  (good) => `${good.slice(0, -1)},"attributes":{"a":1e400}}`,
  (good) => `${good.slice(0, -1)},"attributes":{"\\ud800":"x"}}`,
  (good) => `${good.slice(0, -1)},"id":"\\udfff"}`,
  (good) => `${good.slice(0, -1)},"attributes":{"\\"":"x"}}`,
  (good) => `${good.slice(0, -1)},"attributes":{"a":"b","\\\\":"x"}}`,
  (good) => `${good.slice(0, -1)},"units":{"\\\\":"x"}}`,
  (good) => `${good.slice(0, -1)},"type":"conversion","name":"n","value":-1e999}`,
  (good) => `${good.slice(0, -1)},"type":"conversion","name":"n","value":${'9'.repeat(400)}}`,
  (good) => `${good.slice(0, -1)},"type":null,"__proto__":{"type":"conversion"}}`,
];

const plan = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('good' as const), base: common, event: kinds }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('broken' as const),
      base: common,
      event: kinds,
      breaker: fc.nat(breakers.length - 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('json' as const),
      text: fc.oneof(
        fc.json(),
        fc.constantFrom(deep(20_000), '1e400', '-0', '"\\ud800"', '{"type":"conversion"}'),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('noise' as const),
      text: fc.constantFrom('{', '}', '{"a":01}', 'NaN', "{'a':1}", '"\t"', 'undefined', '[1,]', '"\\x"'),
    }),
  },
);

/** What happens to a body on its way. */
const damages = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'none' as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cut' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('byte' as const),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      byte: fc.integer({ min: 0, max: 255 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('type' as const),
      contentType: fc.constantFrom(undefined, '', 'text/plain', 'application/json; charset=utf-16'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('encoding' as const),
      contentEncoding: fc.constantFrom('gzip', 'zstd', 'br', 'gzip, zstd', 'x'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('noise' as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
  },
);

/** Bodies of every sort; ids come from the test, so that no two bodies share one. */
export const bodyPlan = fc.record({
  plans: fc.array(plan, { maxLength: 12 }),
  format: fc.constantFrom('json' as const, 'ndjson' as const),
  compression: fc.constantFrom('none' as const, 'gzip' as const, 'zstd' as const),
  damage: damages,
});
export type BodyPlan = typeof bodyPlan extends fc.Arbitrary<infer T> ? T : never;

/** The items of a body, whose ids start with `prefix`. */
export function itemsOf({ plans }: BodyPlan, prefix: string): Item[] {
  return plans.map((item, i) => {
    if (item.kind === 'json') return { good: false, text: item.text, isJson: true };
    if (item.kind === 'noise') return { good: false, text: item.text, isJson: false };
    const good = goodItem(`${prefix}-${i}-${item.base.suffix}`, item.base, item.event);
    if (item.kind === 'good') return good;
    const broken = breakers[item.breaker]?.(good.text) ?? '';
    return { good: false, text: broken, isJson: true };
  });
}

/** The request that carries the items, damaged as planned. */
export function requestOf({ format, compression, damage }: BodyPlan, items: readonly Item[]): EventsRequest {
  const texts = items.map((item) => item.text);
  let body: Buffer = Buffer.from(format === 'json' ? `[${texts.join(',')}]` : texts.join('\n'));
  if (damage.kind === 'cut') body = body.subarray(0, Math.floor(body.length * damage.at));
  if (damage.kind === 'byte' && body.length > 0) {
    body[Math.min(Math.floor(body.length * damage.at), body.length - 1)] = damage.byte;
  }
  if (damage.kind === 'noise') body = Buffer.from(damage.bytes);
  if (compression === 'gzip') body = gzipSync(body);
  if (compression === 'zstd') body = zstdCompressSync(body);
  return {
    body,
    contentType:
      damage.kind === 'type'
        ? damage.contentType
        : format === 'json'
          ? 'application/json'
          : 'application/x-ndjson',
    contentEncoding:
      damage.kind === 'encoding' ? damage.contentEncoding : compression === 'none' ? undefined : compression,
    sender: 'token:test',
    now: NOW,
  };
}
