import { type DynamicModule, Module } from '@nestjs/common';
import { EraseController } from './erase.controller.ts';
import { Erasures } from './erasures.ts';

/** The routes by which units are erased. */
@Module({})
export class EraseModule {
  static forRoot(deps: { erasures: Erasures }): DynamicModule {
    return {
      module: EraseModule,
      controllers: [EraseController],
      providers: [{ provide: Erasures, useValue: deps.erasures }],
    };
  }
}
