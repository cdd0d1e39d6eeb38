import { type DynamicModule, Module } from '@nestjs/common';
import type { Postgres } from '../stores/postgres/index.ts';
import { TimesController } from './times.controller.ts';
import { Times } from './times.ts';

/** The route of the times of what was stopped. */
@Module({})
export class TimesModule {
  static forRoot({ postgres }: { readonly postgres: Postgres }): DynamicModule {
    return {
      module: TimesModule,
      controllers: [TimesController],
      providers: [{ provide: Times, useValue: new Times(postgres) }],
    };
  }
}
