import { momentsOf } from '../../analysis/index.ts';
import { readHillstrom } from '../../examples/hillstrom/index.ts';
import type { Attribution } from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import { attributionOf, epoch, momentsRow, planned, planOf, unitsRow } from './fixtures.ts';

const VARIANTS = { 'No E-Mail': 'control', 'Mens E-Mail': 'mens', 'Womens E-Mail': 'womens' } as const;

interface Unit {
  readonly variant: string;
  readonly history: number;
  readonly visit: number;
  readonly order: number;
  readonly spend: number;
}

function readUnits(): Unit[] {
  const data = readHillstrom();
  return Array.from({ length: data.count }, (_, index) => data.row(index)).map(
    ({ segment, history, visit, conversion, spend }) => ({
      variant: VARIANTS[segment as keyof typeof VARIANTS],
      history: Number(history),
      visit: Number(visit),
      order: Number(conversion),
      spend: Number(spend),
    }),
  );
}

/** What attribution must find in it: spend with the year before as its covariate, visit and order without. */
export function hillstrom(): { plan: ExperimentPlan; attribution: Attribution } {
  const byArm = Map.groupBy(readUnits(), (unit) => unit.variant);
  const arms = [...byArm];
  const plan = planOf({
    key: 'hillstrom',
    flag: 'email-campaign',
    epochs: [epoch(1, { control: 1, mens: 1, womens: 1 })],
    metrics: [
      planned('goal', {
        key: 'spend',
        type: 'mean',
        source: { event: 'purchase', aggregation: 'sum' },
        prePeriodHours: 8760,
      }),
      planned('secondary', { key: 'visit', type: 'proportion', source: { event: 'visit' } }),
      planned('secondary', { key: 'order', type: 'proportion', source: { event: 'order' } }),
    ],
  });
  const attribution = attributionOf({
    dataThrough: new Date('2008-05-01T00:00:00Z'),
    units: arms.map(([variant, units]) => unitsRow(variant, units.length)),
    moments: arms.flatMap(([variant, units]) => [
      momentsRow(
        'spend',
        variant,
        momentsOf(
          units.map((unit) => [unit.spend, unit.history]),
          [1, 240],
        ),
      ),
      momentsRow(
        'visit',
        variant,
        momentsOf(
          units.map((unit) => [unit.visit]),
          [0],
        ),
      ),
      momentsRow(
        'order',
        variant,
        momentsOf(
          units.map((unit) => [unit.order]),
          [0],
        ),
      ),
    ]),
  });
  return { plan, attribution };
}
