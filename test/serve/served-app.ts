import { type DynamicModule, Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import type { Attributor, Plans, Scorecard, ScorecardPointer, Scorecards } from '../../src/analyse/index.ts';
import type { LiveAttribution, LiveMoments } from '../../src/attribute/index.ts';
import type { ExperimentPlan } from '../../src/catalogue/index.ts';
import { AppError } from '../../src/errors.ts';
import { createHttpApp } from '../../src/http/index.ts';
import type { RunState } from '../../src/jobs/index.ts';
import { ServeModule } from '../../src/serve/index.ts';
import { attributionOf, planOf } from '../analyse/fixtures.ts';

const NOW = new Date('2026-03-01T00:00:00Z');

@Module({})
class Everything {}

/** Scorecards held in memory, counting what is asked of them. */
class HeldScorecards {
  readonly held: Scorecard[] = [];
  latestAsked = 0;
  documentsAsked = 0;
  readonly timeseriesAsked: Parameters<Scorecards['timeseries']>[] = [];
  answer: Awaited<ReturnType<Scorecards['timeseries']>> = { series: [], stretchMs: null };

  #newest(experiment: string, until: Date): ScorecardPointer | null {
    const own = this.held
      .map(({ results }) => results)
      .filter((results) => results.experiment === experiment);
    const found = own.filter((results) => new Date(results.dataThrough) <= until).at(-1);
    if (found === undefined) return null;
    return {
      scorecardId: found.scorecardId,
      dataThrough: new Date(found.dataThrough),
      computedAt: new Date(found.computedAt),
    };
  }

  async latest(experiments: readonly string[]): Promise<Map<string, ScorecardPointer>> {
    this.latestAsked += 1;
    return new Map(
      experiments.flatMap((key) => {
        const pointer = this.#newest(key, new Date(8e15));
        return pointer === null ? [] : [[key, pointer] as const];
      }),
    );
  }

  async asOf(experiment: string, instant: Date): Promise<ScorecardPointer | null> {
    return this.#newest(experiment, instant);
  }

  async documents(_: string, pointer: ScorecardPointer) {
    this.documentsAsked += 1;
    const found = this.held.find(({ results }) => results.scorecardId === pointer.scorecardId);
    if (found === undefined) return null;
    return { results: JSON.stringify(found.results), health: JSON.stringify(found.health) };
  }

  async timeseries(...asked: Parameters<Scorecards['timeseries']>) {
    this.timeseriesAsked.push(asked);
    return this.answer;
  }
}

/** `checkout` with a segment, a started `quiet` without a scorecard, and the draft `planned`. */
const catalogueOf = (changes: Partial<ExperimentPlan>): Plans => ({
  plan: async (key) => {
    if (key === 'planned') throw new AppError('conflict', 'Experiment "planned" has not been started.');
    if (!['checkout', 'quiet', 'flag:checkout'].includes(key))
      throw new AppError('not-found', `There is no experiment "${key}".`);
    const filters = [{ attribute: 'country', op: 'eq' as const, value: 'DE' }];
    return planOf({ ...changes, key, segments: [{ key: 'germany', name: 'Germany', filters }] });
  },
});

export interface Served {
  readonly app: NestFastifyApplication;
  readonly scorecards: HeldScorecards;
  readonly runs: Map<string, RunState>;
}

export async function serve(options: {
  scorecards: Scorecard[];
  recomputation?: Attributor;
  live?: LiveAttribution;
  readSegments?: LiveMoments['readSegments'];
  plan?: Partial<ExperimentPlan>;
  computingWaitMs?: number;
  beside?: DynamicModule['controllers'];
}): Promise<Served> {
  const scorecards = new HeldScorecards();
  scorecards.held.push(...options.scorecards);
  const runs = new Map<string, RunState>();
  const serveModule = ServeModule.forRoot({
    scorecards,
    catalogue: catalogueOf(options.plan ?? {}),
    recomputation: options.recomputation ?? {
      run: async (_, { dataThrough }) => attributionOf({ dataThrough }),
    },
    live: {
      read: async () => options.live ?? null,
      readSegments: options.readSegments ?? (async () => null),
    },
    upkeep: {
      describe: async () => ({ live: null, building: null }),
      verify: async () => undefined,
      rebuild: async () => undefined,
    },
    jobs: {
      runScorecardNow: async (experiment) => {
        const id = `${experiment.replaceAll(':', '~')}.${runs.size + 1}`;
        runs.set(id, { id, experiment, state: 'queued', startedAt: null, finishedAt: null, error: null });
        return id;
      },
      run: async (id) => runs.get(id) ?? null,
    },
    engineVersion: '0.1.0',
    now: () => NOW,
    ...(options.computingWaitMs === undefined ? {} : { computingWaitMs: options.computingWaitMs }),
  });
  const app = await createHttpApp(
    { module: Everything, imports: [serveModule], controllers: options.beside ?? [] },
    { logger: pino({ level: 'silent' }) },
  );
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return { app, scorecards, runs };
}
