import { Controller, Get, HttpCode, Inject, Post, Query, Req } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiOkResponse,
  ApiOperation,
  type ApiOperationOptions,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { actorOf, type Page, RequireScope } from '../access/index.ts';
import { Documented } from '../http/index.ts';
import { Collector } from './collector.ts';
import { EVENTS_BODY } from './events-body.ts';
import type { EventsRequest } from './events-request.ts';
import { type RejectedEvent, RejectedEventPage, RejectedEventsQuery } from './rejected-event.ts';
import { RejectedEvents } from './rejected-events.ts';
import { Verdicts } from './verdicts.ts';

const CONTENT_ENCODING = {
  name: 'content-encoding',
  required: false,
  schema: { enum: ['gzip', 'zstd', 'identity'] },
};
/** Not `@ApiBody`: that takes one content type only. */
const REQUEST_BODY = EVENTS_BODY as NonNullable<ApiOperationOptions['requestBody']>;
const RETRY_AFTER = { 'Retry-After': { description: 'seconds', schema: { type: 'integer' as const } } };

@ApiTags('events')
@Controller('api/v1')
export class EventsController {
  readonly #collector: Collector;
  readonly #rejected: RejectedEvents;

  constructor(@Inject(Collector) collector: Collector, @Inject(RejectedEvents) rejected: RejectedEvents) {
    this.#collector = collector;
    this.#rejected = rejected;
  }

  @Post('events')
  @Documented
  @HttpCode(202)
  @RequireScope('events:write')
  @ApiOperation({
    summary: 'Send impressions and conversions',
    description: 'The answer comes once they are durable.',
    requestBody: REQUEST_BODY,
  })
  @ApiHeader(CONTENT_ENCODING)
  @ApiAcceptedResponse({
    description: 'A verdict on every event; good ones are kept',
    standardSchema: Verdicts,
  })
  @ApiResponse({ status: 400, description: 'The body cannot be read; nothing was kept' })
  @ApiResponse({ status: 413, description: 'More than 1 MB or 1 000 events; nothing was kept' })
  @ApiResponse({ status: 415, description: 'Neither JSON nor NDJSON, or an unknown encoding' })
  @ApiResponse({
    status: 429,
    description: 'The buffer is full; send the same body again',
    headers: RETRY_AFTER,
  })
  @ApiResponse({
    status: 503,
    description: 'The events could not be stored; send the same body again',
    headers: RETRY_AFTER,
  })
  collect(@Req() request: FastifyRequest): Promise<Verdicts> {
    return this.#collector.collect(eventsRequestOf(request));
  }

  @Post('events::validate')
  @Documented
  @HttpCode(200)
  @RequireScope('events:write')
  @ApiOperation({
    summary: 'Try events without storing them',
    description: 'The same verdicts; duplicates are not looked for.',
    requestBody: REQUEST_BODY,
  })
  @ApiHeader(CONTENT_ENCODING)
  @ApiOkResponse({ standardSchema: Verdicts })
  validate(@Req() request: FastifyRequest): Verdicts {
    return this.#collector.validate(eventsRequestOf(request));
  }

  @Get('events/rejected')
  @Documented
  @RequireScope('results:read')
  @ApiOperation({ summary: 'Events that were not taken, and why; newest first, kept for 30 days' })
  @ApiOkResponse({ standardSchema: RejectedEventPage })
  rejected(@Query({ schema: RejectedEventsQuery }) query: RejectedEventsQuery): Promise<Page<RejectedEvent>> {
    return this.#rejected.list(query);
  }
}

function eventsRequestOf(request: FastifyRequest): EventsRequest {
  const { body, headers } = request;
  return {
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    contentType: headers['content-type'],
    contentEncoding: headers['content-encoding'],
    sender: actorOf(request).id,
    now: Date.now(),
  };
}
