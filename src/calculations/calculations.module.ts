import { type DynamicModule, Module } from '@nestjs/common';
import { CalculationsController } from './calculations.controller.ts';

/** Serves the calculations; they need no store. */
@Module({})
export class CalculationsModule {
  static forRoot(): DynamicModule {
    return { module: CalculationsModule, controllers: [CalculationsController] };
  }
}
