import { type DynamicModule, Module } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { OperationsController } from './operations.controller.ts';
import { OPENAPI, type OpenApiHolder, READINESS_CHECKS, REGISTRY, type ReadinessCheck } from './readiness.ts';

/** What operators and their tools ask: alive, ready, metrics, the API's description. */
@Module({})
export class OperationsModule {
  static forRoot(deps: {
    checks: readonly ReadinessCheck[];
    registry: Registry;
    openapi: OpenApiHolder;
  }): DynamicModule {
    return {
      module: OperationsModule,
      controllers: [OperationsController],
      providers: [
        { provide: READINESS_CHECKS, useValue: deps.checks },
        { provide: REGISTRY, useValue: deps.registry },
        { provide: OPENAPI, useValue: deps.openapi },
      ],
    };
  }
}
