import { type DynamicModule, Module } from '@nestjs/common';
import { DecisionStreamController } from './decision-stream.controller.ts';
import { DecisionStreams } from './sse/index.ts';
import { Webhooks } from './webhooks/index.ts';
import { WebhooksController } from './webhooks.controller.ts';

/** The routes by which decisions are passed on, and by which it is said to whom. */
@Module({})
export class NotifyModule {
  static forRoot(deps: { streams: DecisionStreams; webhooks: Webhooks }): DynamicModule {
    return {
      module: NotifyModule,
      controllers: [DecisionStreamController, WebhooksController],
      providers: [
        { provide: DecisionStreams, useValue: deps.streams },
        { provide: Webhooks, useValue: deps.webhooks },
      ],
    };
  }
}
