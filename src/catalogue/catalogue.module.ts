import { type DynamicModule, Module } from '@nestjs/common';
import { Catalogue } from './catalogue.ts';
import { EnvironmentsController } from './environments.controller.ts';
import { ExperimentStepsController } from './experiment-steps.controller.ts';
import { ExperimentsController } from './experiments.controller.ts';
import { FlagGuardrailsController } from './flag-guardrails.controller.ts';
import { FlagsController } from './flags.controller.ts';
import { MetricsController } from './metrics.controller.ts';
import { SegmentsController } from './segments.controller.ts';

/** The catalogue's routes. */
@Module({})
export class CatalogueModule {
  static forRoot(deps: { catalogue: Catalogue }): DynamicModule {
    return {
      module: CatalogueModule,
      controllers: [
        EnvironmentsController,
        FlagGuardrailsController,
        FlagsController,
        MetricsController,
        SegmentsController,
        ExperimentsController,
        ExperimentStepsController,
      ],
      providers: [{ provide: Catalogue, useValue: deps.catalogue }],
      exports: [Catalogue],
    };
  }
}
