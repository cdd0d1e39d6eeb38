import { pino } from 'pino';
import { type Attribution, Attributor, LiveMoments } from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import { differences } from './compare.ts';
import { attributionOf } from './model.ts';
import type { storedRows } from './raw-rows.ts';
import type { Stores } from './stores.ts';
import type { World } from './worlds.ts';

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

  constructor(world: World, stores: Stores, rows: Rows) {
    this.#world = world;
    this.#stores = stores;
    this.#rows = rows;
    this.#live = new LiveMoments(stores);
  }

  /** Ends what was live of other worlds. */
  async begin(): Promise<void> {
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

  attributor(
    holder: string,
    stores: Pick<Stores, 'clickhouse' | 'postgres'> = this.#stores,
    elapsed: () => number = () => performance.now(),
  ): Attributor {
    return new Attributor({
      elapsed,
      ...{ clickhouse: stores.clickhouse, postgres: stores.postgres, logger, holder, reconcileEveryMs: 0 },
      passOverEveryMs: 0,
      sole: false,
      watermark: async () => new Date(this.#cut),
      plans: async () => this.#begun,
    });
  }

  /** Another process may attribute at once: as when the one that did so has not been heard of for long. */
  async expireLease(): Promise<void> {
    await this.#stores.postgres.query("UPDATE attribution_shards SET expires_at = 'epoch'");
  }

  /** Where the live moments differ from what the model says of the rows received up to the cut. */
  async faults(): Promise<string[]> {
    const faults: string[] = [];
    for (const plan of this.#begun)
      faults.push(...(await this.#faultsOf(plan)).map((fault) => `${plan.key} at ${this.#cut}: ${fault}`));
    return faults;
  }

  async #faultsOf(plan: ExperimentPlan): Promise<string[]> {
    const actual = await this.#live.read(plan.key);
    if (actual === null) return ['no live moments'];
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
  ): string[] {
    const centres = new Map(actual.parameters.map(({ metric, centre }) => [metric, centre]));
    const caps = new Map(actual.parameters.map((parameters) => [parameters.metric, { ...parameters.caps }]));
    const expected = attributionOf(
      plan,
      {
        impressions: this.#rows.impressions.get(plan.environment) ?? [],
        conversions: this.#rows.conversions.get(plan.environment) ?? [],
      },
      {
        ...{ dataThrough: this.#cut, segment: [], capsInForce: caps },
        ...(among === undefined ? {} : { among }),
        centreOf: (metric) => centres.get(metric) ?? [],
      },
    );
    // Cycles do not count them; caps are those of the build.
    const { duplicateEvents, conversionsOfOtherUnitTypes } = actual.exclusions;
    Object.assign(expected.exclusions, { duplicateEvents, conversionsOfOtherUnitTypes });
    return differences(plan, actual, { ...expected, caps });
  }
}
