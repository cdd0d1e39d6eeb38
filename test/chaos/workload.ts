import { uniforms } from '../analysis/units.ts';

/** Everything that one producer will ever send is a function of this: a batch is made again after any crash. */
export interface Workload {
  /** The first part of its events' ids: no other producer has it. */
  readonly producer: string;
  readonly seed: number;
  readonly eventsPerBatch: number;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
}

/** An event as a producer sends it. */
export interface ChaosEvent {
  readonly id: string;
  readonly type: 'impression' | 'conversion';
  readonly ts: string;
  readonly environment: string;
  readonly unit?: { readonly type: string; readonly id: string };
  readonly units?: Readonly<Record<string, string>>;
  readonly flag?: string;
  readonly variant?: string;
  readonly reason?: string;
  readonly name?: string;
  readonly value?: number | null;
  readonly attributes: Readonly<Record<string, string>>;
}

const UNITS = 50_000;
const COUNTRIES = ['DE', 'FR', 'GB', 'SE', 'Côte d’Ivoire'] as const;

/** A producer's n-th batch (from 0): impressions and conversions, a tenth with two units, two in a thousand not valid. */
export function batchOf({ producer, seed, eventsPerBatch, startedAt }: Workload, n: number): ChaosEvent[] {
  const random = uniforms(Math.imul(seed, 0x9e3779b1) ^ n);
  return Array.from({ length: eventsPerBatch }, (_, i): ChaosEvent => {
    const unit = Math.floor(random() * UNITS);
    const kind = random();
    const base = {
      id: `${producer}-${n}-${i}`,
      ts: random() < 0.002 ? 'never' : new Date(startedAt + n * 10 + i).toISOString(),
      environment: 'production',
      ...(random() < 0.1
        ? { units: { user: `u${unit}`, device: `d${unit % 977}` } }
        : { unit: { type: 'user', id: `u${unit}` } }),
      attributes: {
        country: COUNTRIES[unit % COUNTRIES.length] ?? '',
        plan: unit % 3 === 0 ? 'premium' : 'free',
      },
    };
    return kind < 0.3
      ? {
          ...base,
          ...{ type: 'impression', flag: 'checkout', variant: unit % 2 === 0 ? 'control' : 'treatment' },
          reason: 'split',
        }
      : {
          ...base,
          ...{ type: 'conversion', name: kind < 0.8 ? 'purchase' : 'visit' },
          // Quarters: both sides of the comparison write them in the same digits.
          value: kind < 0.8 ? Math.floor(random() * 400) / 4 : null,
        };
  });
}

/** Whether the service must take it. */
export function isValid(event: ChaosEvent): boolean {
  return !Number.isNaN(Date.parse(event.ts));
}

/** The units of an event in the order in which the service keeps them. */
export function unitsOf({ unit, units }: ChaosEvent): readonly (readonly [type: string, id: string])[] {
  return units === undefined ? (unit === undefined ? [] : [[unit.type, unit.id]]) : Object.entries(units);
}

/** Rows that a batch leaves in the raw tables once it was taken. */
export function rowsOfBatch(workload: Workload, n: number): number {
  return batchOf(workload, n).reduce((rows, event) => rows + (isValid(event) ? unitsOf(event).length : 0), 0);
}

/** Which batch, event and unit a row is of; null where no producer of a test made it. */
export function originOf(id: string): { producer: string; batch: number; index: number } | null {
  const [, producer, batch, index] = /^([a-z]+)-(\d+)-(\d+)$/.exec(id) ?? [];
  if (producer === undefined) return null;
  return { producer, batch: Number(batch), index: Number(index) };
}
