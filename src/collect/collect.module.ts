import { type DynamicModule, Module } from '@nestjs/common';
import { Collector } from './collector.ts';
import { EventsController } from './events.controller.ts';
import { RejectedEvents } from './rejected-events.ts';

/** Serves the events routes. */
@Module({})
export class CollectModule {
  static forRoot(deps: { readonly collector: Collector; readonly rejected: RejectedEvents }): DynamicModule {
    return {
      module: CollectModule,
      controllers: [EventsController],
      providers: [
        { provide: Collector, useValue: deps.collector },
        { provide: RejectedEvents, useValue: deps.rejected },
      ],
    };
  }
}
