import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Attribution } from '../attribute/index.ts';
import type { ExperimentPlan, Segment } from '../catalogue/index.ts';
import { buildScorecard, type Scorecard } from './build-scorecard.ts';
import type { ScorecardMetrics } from './scorecard-metrics.ts';
import type { Scorecards } from './scorecards.ts';

/** Reads one experiment's definition; rejects with `not-found` where there is none. */
export interface Plans {
  plan(experiment: string): Promise<ExperimentPlan>;
}

/** Computes an attribution of what was received up to a time at least. */
export interface Attributor {
  run(
    plan: ExperimentPlan,
    options: { dataThrough: Date; segment?: Segment['filters'] },
  ): Promise<Attribution>;
}

export interface ScorecardRunDependencies {
  readonly catalogue: Plans;
  /** Everything received up to it is in the raw tables. */
  readonly watermark: () => Promise<Date>;
  readonly attributions: Attributor;
  readonly scorecards: Pick<Scorecards, 'save'>;
  readonly metrics: ScorecardMetrics;
  readonly logger: Logger;
  readonly now: () => Date;
  readonly engineVersion: string;
}

/** The id of the scorecard of this definition at this data by this engine: a run that is repeated makes the same one. */
export function scorecardIdOf(plan: ExperimentPlan, dataThrough: Date, engineVersion: string): string {
  const identity = JSON.stringify([plan.key, plan.specHash, dataThrough.toISOString(), engineVersion]);
  return `sc_${createHash('sha256').update(identity).digest('base64url').replaceAll(/[-_]/g, '').slice(0, 24)}`;
}

/** Makes one experiment's scorecard and saves it: what a job does. */
export class ScorecardRun {
  readonly #deps: ScorecardRunDependencies;

  constructor(deps: ScorecardRunDependencies) {
    this.#deps = deps;
  }

  /** Rejects with whatever failed, so that the job is tried again; a single metric's failure is in the scorecard. */
  async run(experiment: string): Promise<Scorecard> {
    const { logger, metrics, now } = this.#deps;
    const start = now().getTime();
    try {
      const scorecard = await this.#make(experiment);
      const seconds = (now().getTime() - start) / 1000;
      metrics.made(seconds);
      const { scorecardId, dataThrough, sampleRatio } = scorecard.results;
      const failed = scorecard.health.failedMetrics;
      const figures = {
        experiment,
        scorecardId,
        dataThrough,
        seconds,
        sampleRatio: sampleRatio.status,
        failed,
      };
      if (failed.length === 0) logger.info(figures, 'scorecard made');
      else logger.warn(figures, 'scorecard made, without the metrics that failed');
      return scorecard;
    } catch (error) {
      metrics.failed(experiment);
      logger.error({ experiment, err: error }, 'scorecard not made');
      throw error;
    }
  }

  async #make(experiment: string): Promise<Scorecard> {
    const { catalogue, watermark, attributions, scorecards, now, engineVersion } = this.#deps;
    const plan = await catalogue.plan(experiment);
    const dataThrough = await watermark();
    const attribution = await attributions.run(plan, { dataThrough });
    const scorecard = buildScorecard(plan, attribution, {
      computedAt: now(),
      scorecardId: scorecardIdOf(plan, attribution.dataThrough, engineVersion),
      engineVersion,
    });
    await scorecards.save(scorecard);
    return scorecard;
  }
}
