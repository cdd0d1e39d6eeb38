import { type Attribution, closedWindows } from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import type { ModelAttribution, ModelMoments } from './model.ts';

/** Where an attribution differs from what the model says; sums may differ by 1e-9 of the absolute terms. */
export function differences(plan: ExperimentPlan, actual: Attribution, expected: ModelAttribution): string[] {
  const found: string[] = [];
  const same = (what: string, a: unknown, b: unknown) => {
    if (JSON.stringify(a) !== JSON.stringify(b))
      found.push(`${what}: ${JSON.stringify(a)}, not ${JSON.stringify(b)}`);
  };
  const close = (what: string, a: number | undefined, b: number, scale: number) => {
    if (a === undefined || Math.abs(a - b) > 1e-9 * scale + 1e-12) found.push(`${what}: ${a}, not ${b}`);
  };

  const units = new Map(
    actual.units.map((row) => [
      `${row.epoch} ${row.population} ${row.cohortDay} ${row.variant}`,
      { units: row.units, multipleVariants: row.multipleVariants },
    ]),
  );
  same('cohorts', [...units.keys()].sort(), [...expected.units.keys()].sort());
  for (const [key, counts] of expected.units) same(`units ${key}`, units.get(key), counts);

  const compareMoments = (
    what: string,
    rows: Attribution['moments'],
    all: ReadonlyMap<string, ModelMoments>,
  ) => {
    const moments = new Map(
      rows.map((row) => [
        `${row.metric} ${row.epoch} ${row.population} ${row.cohortDay} ${row.variant}`,
        row.moments,
      ]),
    );
    same(`rows of ${what}`, [...moments.keys()].sort(), [...all.keys()].sort());
    for (const [key, own] of all) {
      const other = moments.get(key);
      same(`n of ${what} ${key}`, other?.n, own.n);
      same(
        `dimension of ${what} ${key}`,
        [other?.sums.length, other?.products.length],
        [own.sums.length, own.products.length],
      );
      own.sums.forEach((sum, i) => {
        close(`sum ${i} of ${what} ${key}`, other?.sums[i], sum, own.absoluteSums[i] ?? 0);
      });
      own.products.forEach((product, i) => {
        close(`product ${i} of ${what} ${key}`, other?.products[i], product, own.absoluteProducts[i] ?? 0);
      });
    }
  };
  compareMoments('moments', actual.moments, expected.moments);
  compareMoments('closed moments', closedWindows(plan, actual).moments, expected.closed);

  const bins = new Map(
    actual.bins.map((row) => [
      `${row.metric} ${row.epoch} ${row.population} ${row.cohortDay} ${row.variant}`,
      row.bins.map(({ bin, units }) => [bin, units]),
    ]),
  );
  same('rows of bins', [...bins.keys()].sort(), [...expected.bins.keys()].sort());
  for (const [key, own] of expected.bins)
    same(
      `bins ${key}`,
      bins.get(key),
      [...own].sort(([a], [b]) => a - b),
    );

  // Live, they are those of the build or of the verification that read them.
  const { exactQuantiles } = actual;
  if (exactQuantiles?.dataThrough.getTime() === actual.dataThrough.getTime()) {
    const quantiles = new Map(
      exactQuantiles.rows.map(({ metric, epoch, variant, ...own }) => [`${metric} ${epoch} ${variant}`, own]),
    );
    same('quantiles', [...quantiles.keys()].sort(), [...expected.quantiles.keys()].sort());
    for (const [key, own] of expected.quantiles) same(`quantile ${key}`, quantiles.get(key), own);
  }

  for (const { metric, caps } of actual.parameters) {
    const own = expected.caps.get(metric) ?? {};
    same(`epochs with a cap ${metric}`, Object.keys(caps), Object.keys(own));
    for (const [epoch, cap] of Object.entries(own))
      close(`cap ${metric} ${epoch}`, caps[Number(epoch)], cap, Math.abs(cap));
  }
  for (const name of Object.keys(expected.exclusions) as (keyof typeof expected.exclusions)[])
    same(`exclusions ${name}`, sorted(actual.exclusions[name]), sorted(expected.exclusions[name]));
  return found;
}

function sorted(value: number | Readonly<Record<string, number>>) {
  return typeof value === 'number' ? value : Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
