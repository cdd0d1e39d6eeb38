import { type BeforeApplicationShutdown, type DynamicModule, Inject, Module } from '@nestjs/common';
import type { ExperimentPlan } from '../catalogue/index.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import { type ControlsOptions, DecisionControls } from './decision-controls.ts';
import type { DecisionFeed } from './decision-feed.ts';
import { DecisionHistory } from './decision-history.ts';
import type { DecisionLog } from './decision-log.ts';
import { DecisionReader } from './decision-reader.ts';
import { DecisionWaits } from './decision-waits.ts';
import { DecisionsController } from './decisions.controller.ts';
import { ErrorBudgetsController } from './error-budgets.controller.ts';
import { ErrorBudgets } from './error-budgets.ts';
import { Outlooks, type OutlooksOptions } from './guardrail-outlooks.ts';
import { PastLooksController } from './past-looks.controller.ts';
import { PastLooks, type PastLooksOptions } from './past-looks.ts';

export interface DecideDependencies {
  readonly postgres: Postgres;
  readonly catalogue: { plan(experiment: string): Promise<ExperimentPlan> };
  readonly log: DecisionLog;
  readonly feed: DecisionFeed;
  readonly reader: DecisionReader;
  readonly decider: ControlsOptions['decider'];
  readonly audit: ControlsOptions['audit'];
  readonly live: OutlooksOptions['live'];
  /** Reads the past for backtests. */
  readonly recomputation: PastLooksOptions['recomputation'];
  /** The version of this package. */
  readonly engineVersion: string;
  readonly now: () => Date;
}

/** The routes of decisions, overrides and error budgets. */
@Module({})
export class DecideModule implements BeforeApplicationShutdown {
  readonly #waits: DecisionWaits;

  constructor(@Inject(DecisionWaits) waits: DecisionWaits) {
    this.#waits = waits;
  }

  /** The server closes only when no request is under way, and these wait for long. */
  beforeApplicationShutdown(): void {
    this.#waits.stop();
  }

  static forRoot(deps: DecideDependencies): DynamicModule {
    const {
      postgres,
      catalogue,
      log,
      feed,
      reader,
      decider,
      audit,
      live,
      recomputation,
      engineVersion,
      now,
    } = deps;
    return {
      module: DecideModule,
      controllers: [DecisionsController, ErrorBudgetsController, PastLooksController],
      providers: [
        { provide: DecisionReader, useValue: reader },
        { provide: DecisionWaits, useValue: new DecisionWaits({ reader, feed, now }) },
        { provide: DecisionHistory, useValue: new DecisionHistory(log) },
        { provide: DecisionControls, useValue: new DecisionControls({ postgres, audit, decider }) },
        { provide: Outlooks, useValue: new Outlooks({ postgres, catalogue, live, now }) },
        {
          provide: PastLooks,
          useValue: new PastLooks({ catalogue, recomputation, engineVersion }),
        },
        { provide: ErrorBudgets, useValue: new ErrorBudgets({ postgres, catalogue }) },
      ],
    };
  }
}
