import { buildBreakdown, buildScorecard, type Plans, scorecardIdOf } from '../analyse/index.ts';
import { buildIdentity, type LiveMoments, type LiveSegments } from '../attribute/index.ts';
import type { ExperimentPlan } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import { type DocumentCache, type ServedDocument, servedDocument } from './document-cache.ts';
import { SingleFlight } from './single-flight.ts';

export interface AttributeResultsDependencies {
  readonly catalogue: Plans;
  readonly live: Pick<LiveMoments, 'readSegments'>;
  readonly cache: DocumentCache;
  readonly engineVersion: string;
  readonly now: () => Date;
}

/** One value of an attribute, or (null) all that have no segment of their own. */
export interface AskedValue {
  readonly attribute: string;
  readonly value: string | null;
}

/** Figures by the values of the attributes that an experiment declares, out of live moments alone. */
export class AttributeResults {
  readonly #deps: AttributeResultsDependencies;
  readonly #flights = new SingleFlight<ServedDocument>();

  constructor(deps: AttributeResultsDependencies) {
    this.#deps = deps;
  }

  /**
   * Everything by all values. Rejects with `not-found` for an attribute that is not declared, `unavailable` while its
   * moments are being made, `conflict` where they are not kept any more.
   */
  async breakdown(experiment: string, attribute: string): Promise<ServedDocument> {
    const plan = await this.#planOf(experiment, attribute);
    const { engineVersion, now } = this.#deps;
    return this.#flights.run(JSON.stringify([plan.key, plan.specHash, attribute]), async () => {
      const found = await this.#read(plan, attribute);
      return this.#document(plan, found, ['breakdown', attribute], () =>
        buildBreakdown(plan, attribute, found.segments, found.all, { computedAt: now(), engineVersion }),
      );
    });
  }

  /** The scorecard of one value. Rejects as `breakdown` does, and with `not-found` for a value that has no segment. */
  async results(experiment: string, asked: AskedValue, windows: 'all' | 'closed'): Promise<ServedDocument> {
    const { attribute, value } = asked;
    const plan = await this.#planOf(experiment, attribute);
    const { engineVersion, now } = this.#deps;
    return this.#flights.run(JSON.stringify([plan.key, plan.specHash, asked, windows]), async () => {
      const found = await this.#read(plan, attribute, { value });
      const [segment] = found.segments;
      if (segment === undefined) throw noSuchValue(plan, attribute, value ?? '', found.values);
      return this.#document(plan, found, ['results', attribute, value, windows], () => {
        const scorecardId = scorecardIdOf(plan, found.all.dataThrough, engineVersion);
        const stamp = { computedAt: now(), scorecardId, engineVersion, windows, segmentValue: asked };
        return buildScorecard(plan, segment.attribution, stamp).results;
      });
    });
  }

  async #planOf(experiment: string, attribute: string): Promise<ExperimentPlan> {
    const plan = await this.#deps.catalogue.plan(experiment);
    const { segmentAttributes } = plan;
    if (segmentAttributes.includes(attribute)) return plan;
    const declared =
      segmentAttributes.length === 0 ? 'it declares none' : `it declares ${segmentAttributes.join(', ')}`;
    throw new AppError(
      'not-found',
      `Experiment "${experiment}" has no segment attribute ${JSON.stringify(attribute)}; ${declared} (segmentAttributes).`,
    );
  }

  async #read(
    plan: ExperimentPlan,
    attribute: string,
    only?: { readonly value: string | null },
  ): Promise<LiveSegments> {
    const found = await this.#deps.live.readSegments(plan.key, attribute, only);
    if (found !== null && found.all.identity === buildIdentity(plan)) return found;
    if (plan.status === 'running')
      throw new AppError(
        'unavailable',
        `The moments of "${plan.key}" by ${JSON.stringify(attribute)} are being made; ask again in a moment.`,
        { retryAfterSeconds: 5 },
      );
    throw new AppError(
      'conflict',
      `Experiment "${plan.key}" is ${plan.status}, and no moments by its attributes are kept of it; declare a segment and ask for results with segment=.`,
    );
  }

  /** Who asks again while nothing was received gets the same bytes. */
  #document(
    plan: ExperimentPlan,
    { all }: LiveSegments,
    what: readonly unknown[],
    build: () => object,
  ): ServedDocument {
    const { verifiedAt, untrusted } = all.provenance;
    const id = JSON.stringify([
      ...[...what, plan.key, plan.specHash],
      ...[all.build, all.dataThrough, verifiedAt, untrusted],
    ]);
    const cached = this.#deps.cache.get(id);
    if (cached !== undefined) return cached;
    const document = servedDocument(JSON.stringify(build()));
    this.#deps.cache.set(id, document);
    return document;
  }
}

function noSuchValue(
  { key }: ExperimentPlan,
  attribute: string,
  value: string,
  values: readonly string[],
): AppError {
  const own =
    values.length === 0 ? 'none has' : `${values.map((one) => JSON.stringify(one)).join(', ')} have`;
  return new AppError(
    'not-found',
    `The value ${JSON.stringify(value)} of ${JSON.stringify(attribute)} has no figures of its own in "${key}": ${own}; other=true gives those of all others together.`,
  );
}
