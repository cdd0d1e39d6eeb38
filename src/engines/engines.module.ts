import { type DynamicModule, Module } from '@nestjs/common';
import { Connections } from './connections/index.ts';
import { Enforcements } from './enforcement/index.ts';
import { EnforcementsController } from './enforcements.controller.ts';
import { EnginesController } from './engines.controller.ts';
import { FlaggerController } from './flagger.controller.ts';
import { Gates } from './gates/index.ts';
import { GatesController } from './gates.controller.ts';
import { Judge } from './judge.ts';
import { KayentaController } from './kayenta.controller.ts';
import { OverlayController } from './overlay.controller.ts';
import { Overlays } from './overlays.ts';
import { Preflights } from './preflights.ts';

export interface EnginesDeps {
  readonly connections: Connections;
  readonly enforcements: Enforcements;
  readonly gates: Gates;
  readonly judge: Judge;
  readonly overlays: Overlays;
  readonly preflights: Preflights;
}

/** What rollout engines ask here, and what they are told. */
@Module({})
export class EnginesModule {
  static forRoot(deps: EnginesDeps): DynamicModule {
    return {
      module: EnginesModule,
      // The overlay's address is below the connections', so it comes first.
      controllers: [
        OverlayController,
        EnginesController,
        EnforcementsController,
        GatesController,
        FlaggerController,
        KayentaController,
      ],
      providers: [
        { provide: Connections, useValue: deps.connections },
        { provide: Enforcements, useValue: deps.enforcements },
        { provide: Gates, useValue: deps.gates },
        { provide: Judge, useValue: deps.judge },
        { provide: Overlays, useValue: deps.overlays },
        { provide: Preflights, useValue: deps.preflights },
      ],
    };
  }
}
