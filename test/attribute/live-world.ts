import { pino } from 'pino';
import { AuditLog, systemActor } from '../../src/access/index.ts';
import {
  type Attribution,
  Attributor,
  type LiveAttribution,
  LiveMoments,
  Recomputation,
} from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import { Erasures } from '../../src/erase/index.ts';
import { differences } from './compare.ts';
import { attributionOf } from './model.ts';
import type { RawRow } from './model-unit.ts';
import { storedRows } from './raw-rows.ts';
import type { Stores } from './stores.ts';
import type { World, WorldUnit } from './worlds.ts';

type Rows = Awaited<ReturnType<typeof storedRows>>;
const logger = pino({ level: 'silent' });

/** A world on its way: where the watermark is, and which experiments were begun. */
export class LiveWorld {
  readonly #world: World;
  readonly #stores: Stores;
  readonly #rows: Rows;
  readonly #live: LiveMoments;
  #cut = 0;
  #begun: readonly ExperimentPlan[] = [];
  /** Experiments of which it was told since they were looked at last that their moments changed. */
  readonly #told = new Set<string>();
  readonly #seen = new Map<string, string>();
  readonly #erased: (WorldUnit & { readonly through: number })[] = [];

  constructor(world: World, stores: Stores, rows: Rows) {
    this.#world = world;
    this.#stores = stores;
    this.#rows = rows;
    this.#live = new LiveMoments(stores);
  }

  /** Ends what was live of other worlds. */
  async begin(): Promise<void> {
    await this.#stores.postgres.query('DELETE FROM erasures WHERE done_at IS NULL');
    await this.#stores.postgres.query("UPDATE attribution_builds SET state = 'retired'");
    await this.#stores.postgres.query(
      "UPDATE attribution_shards SET through = 0, next_cycle = NULL, next_through = NULL, expires_at = 'epoch'",
    );
  }

  /** To the next cut; every second experiment is begun later than the rows of others have come. */
  advance(index: number): void {
    this.#cut = this.#world.cuts[index] ?? this.#cut;
    this.#begun = this.#world.plans.filter((_, number) => number % 2 === 0 || index >= number);
  }

  /** Asks for the units of the cut to be erased. */
  async erase(index: number): Promise<void> {
    const { postgres } = this.#stores;
    const audit = new AuditLog(postgres);
    const erasures = new Erasures({ postgres, audit, clock: () => new Date(this.#cut) });
    for (const unit of this.#world.erasures[index] ?? []) {
      await erasures.ask(systemActor('test'), unit, null);
      this.#erased.push({ ...unit, through: this.#cut });
    }
  }

  /** Whether a unit waits to be erased. */
  async waits(): Promise<boolean> {
    const waiting = await this.#stores.postgres.query('SELECT id FROM erasures WHERE done_at IS NULL');
    return waiting.length > 0;
  }

  attributor(
    holder: string,
    stores: Pick<Stores, 'clickhouse' | 'postgres'> = this.#stores,
    elapsed: () => number = () => performance.now(),
    changes: Partial<ConstructorParameters<typeof Attributor>[0]> = {},
  ): Attributor {
    return new Attributor({
      elapsed,
      ...{ clickhouse: stores.clickhouse, postgres: stores.postgres, logger, holder, reconcileEveryMs: 0 },
      ...{ passOverEveryMs: 0, eraseEveryMs: 0, eraseAfterMs: 0 },
      rowsAtATime: this.#world.rowsAtATime,
      sole: false,
      watermark: async () => new Date(this.#cut),
      plans: async () => this.#begun,
      changed: (experiments) => {
        for (const experiment of experiments) this.#told.add(experiment);
      },
      ...changes,
    });
  }

  /** Another process may attribute at once: as when the one that did so has not been heard of for long. */
  async expireLease(): Promise<void> {
    await this.#stores.postgres.query("UPDATE attribution_shards SET expires_at = 'epoch'");
  }

  /** Where what was read ahead of the cycles, of some metrics alone, differs from what the model says of the rows up to then. */
  faultsAhead(found: LiveAttribution, metrics: ReadonlySet<string>): string[] {
    const plan = this.#begun.find(({ key }) => key === found.experiment);
    if (plan === undefined) return [`${found.experiment} was not begun`];
    const own = plan.metrics.filter(({ definition }) => metrics.has(definition.key));
    const through = found.dataThrough.getTime();
    const faults = this.#differences({ ...plan, metrics: own }, found, undefined, through);
    return faults.map((fault) => `${plan.key} ahead at ${through}: ${fault}`);
  }

  /** Where the live moments differ from what the model says of the rows received up to the cut, or changed without a word. */
  async faults(): Promise<string[]> {
    const faults: string[] = [];
    const live = new Map<string, LiveAttribution>();
    for await (const one of this.#live.readMany(this.#begun.map(({ key }) => key)))
      live.set(one.experiment, one);
    for (const plan of this.#begun) {
      const actual = live.get(plan.key);
      const found = actual === undefined ? ['no live moments'] : await this.#faultsOf(plan, actual);
      if (actual !== undefined && this.#isNew(plan, actual) && !this.#told.has(plan.key))
        found.push('changed without a word');
      faults.push(...found.map((fault) => `${plan.key} at ${this.#cut}: ${fault}`));
    }
    this.#told.clear();
    return faults;
  }

  #isNew({ key }: ExperimentPlan, { units, moments, bins }: LiveAttribution): boolean {
    // Sums of other orders differ in their last digits.
    const rounded = (_: string, value: unknown) =>
      typeof value === 'number' ? Math.round(value * 1e6) / 1e6 + 0 : value;
    const seen = [...units, ...moments, ...bins].map((row) => JSON.stringify(row, rounded)).sort();
    const before = this.#seen.get(key);
    this.#seen.set(key, seen.join('\n'));
    return before !== seen.join('\n');
  }

  /** What there still is of erased units, and where the recomputation differs from the model; after the last cut. */
  async remains(): Promise<string[]> {
    const { clickhouse, postgres } = this.#stores;
    const { environment } = this.#world;
    const stored = await storedRows(clickhouse);
    const faults: string[] = [];
    for (const table of ['impressions', 'conversions'] as const) {
      const found = stored[table].get(environment) ?? [];
      const expected = this.#known<RawRow>(this.#rows[table].get(environment) ?? []);
      if (found.length !== expected.length)
        faults.push(`${found.length} ${table} of ${environment}, not ${expected.length}`);
    }
    // What is erased at the last cut comes no more.
    const gone = this.#erased.filter(({ through }) => through === this.#cut);
    const [assignments] = await clickhouse.query<{ n: string }>({
      sql: `SELECT count() AS n FROM assignments
        WHERE unit_hash IN (SELECT cityHash64(unit[1], unit[2]) FROM (SELECT arrayJoin({units:Array(Array(String))}) AS unit))`,
      params: { units: gone.map(({ type, id }) => [type, id]) },
      limits: { maxSeconds: 10, maxMemoryBytes: 1e9 },
    });
    if (Number(assignments?.n) > 0) faults.push(`${assignments?.n} assignments of erased units`);
    const ids = await postgres.query('SELECT unit_id FROM erasures WHERE unit_id IS NOT NULL');
    if (ids.length > 0) faults.push(`${ids.length} ids`);
    const recomputation = new Recomputation({ ...this.#stores, logger });
    for (const plan of this.#begun) {
      const actual = await recomputation.run(plan, { dataThrough: new Date(this.#cut) });
      const centres = new Map(actual.parameters.map(({ metric, centre }) => [metric, centre]));
      // A cap that was frozen stays, whatever is received or erased later.
      const frozen = new Set(
        (
          await postgres.query<{ metric: string }>(
            "SELECT DISTINCT metric FROM metric_parameters, jsonb_each(caps) AS cap WHERE experiment = $1 AND cap.value -> 'frozen' = 'true'",
            [plan.key],
          )
        ).map(({ metric }) => metric),
      );
      const capsInForce = new Map(
        actual.parameters
          .filter(({ metric }) => frozen.has(metric))
          .map(({ metric, caps }) => [metric, caps]),
      );
      const centreOf = (metric: string) => centres.get(metric) ?? [];
      const expected = this.#expected(plan, { centreOf, capsInForce });
      faults.push(...differences(plan, actual, expected).map((fault) => `recomputed ${plan.key}: ${fault}`));
    }
    return faults;
  }

  /** Less what was erased. */
  #known<Row extends RawRow>(rows: readonly Row[]): Row[] {
    const erased = Map.groupBy(this.#erased, ({ type, id }) => JSON.stringify([type, id]));
    return rows.filter((row) => {
      const times = erased.get(JSON.stringify([row.unitType, row.unitId])) ?? [];
      return times.every(({ through }) => row.receivedAt > through);
    });
  }

  #expected(
    plan: ExperimentPlan,
    options: Pick<Parameters<typeof attributionOf>[2], 'centreOf' | 'capsInForce' | 'among'>,
    dataThrough = this.#cut,
  ): ReturnType<typeof attributionOf> {
    const rows = {
      impressions: this.#known(this.#rows.impressions.get(plan.environment) ?? []),
      conversions: this.#known(this.#rows.conversions.get(plan.environment) ?? []),
    };
    return attributionOf(plan, rows, { dataThrough, segment: [], ...options });
  }

  async #faultsOf(plan: ExperimentPlan, actual: LiveAttribution): Promise<string[]> {
    const through = actual.dataThrough.getTime();
    const faults = [
      ...(through === this.#cut ? [] : [`through ${through}`]),
      ...this.#differences(plan, actual, undefined),
    ];
    for (const attribute of plan.segmentAttributes) {
      const found = await this.#live.readSegments(plan.key, attribute);
      if (found === null) return [...faults, `no segments by ${attribute}`];
      const { values, segments } = found;
      if (values.length > 20) faults.push(`${values.length} values of ${attribute}`);
      for (const [at, { value, attribution }] of segments.entries()) {
        const among = { attribute, values, value: values[at] ?? null };
        if (value !== among.value) faults.push(`segment ${at} of ${attribute} is of ${value}`);
        faults.push(
          ...this.#differences(plan, attribution, among).map((fault) => `${attribute} ${value}: ${fault}`),
        );
      }
      if (segments.length !== values.length + 1) faults.push(`${segments.length} segments of ${attribute}`);
    }
    return faults;
  }

  #differences(
    plan: ExperimentPlan,
    actual: Attribution,
    among: Parameters<typeof attributionOf>[2]['among'],
    dataThrough = this.#cut,
  ): string[] {
    const centres = new Map(actual.parameters.map(({ metric, centre }) => [metric, centre]));
    const caps = new Map(actual.parameters.map((parameters) => [parameters.metric, { ...parameters.caps }]));
    const expected = this.#expected(
      plan,
      {
        ...(among === undefined ? {} : { among }),
        centreOf: (metric) => centres.get(metric) ?? [],
        capsInForce: caps,
      },
      dataThrough,
    );
    // Cycles do not count them; caps are those of the build.
    const { duplicateEvents, conversionsOfOtherUnitTypes } = actual.exclusions;
    Object.assign(expected.exclusions, { duplicateEvents, conversionsOfOtherUnitTypes });
    return differences(plan, actual, { ...expected, caps });
  }
}
