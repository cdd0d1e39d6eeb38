import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RequireScope } from '../access/index.ts';
import { Key } from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import { DecisionStreams } from './sse/index.ts';

const StreamQuery = z.strictObject({ environment: Key });
type StreamQuery = z.infer<typeof StreamQuery>;

/** Decisions as they are made. */
@ApiTags('decisions')
@Controller('api/v1/decisions')
export class DecisionStreamController {
  readonly #streams: DecisionStreams;

  constructor(@Inject(DecisionStreams) streams: DecisionStreams) {
    this.#streams = streams;
  }

  @Get('stream')
  @RequireScope('decisions:read')
  @Documented
  @ApiOperation({
    summary: 'Decisions of an environment as they are made (server-sent events)',
    description:
      'First the current decision on every treatment, then an event `current`, then every further decision. The id of an event is its sequence; with Last-Event-ID the stream goes on after it, and nothing is left out or repeated. Every 15 s comes a comment as a sign of life, and every few seconds an event `heartbeat` that renews all decisions up to its sequence: see docs/notifications.md. A reader that does not take what is written is disconnected, and every stream ends after five minutes: connect again.',
  })
  @ApiHeader({
    name: 'Last-Event-ID',
    required: false,
    description: 'the id of the last event that was seen',
  })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description:
      'Events `decision`, whose data is a Decision, one event `current`, and events `heartbeat`, whose data is a DecisionHeartbeat',
  })
  async stream(
    @Query({ schema: StreamQuery }) { environment }: StreamQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const lastEventId = request.headers['last-event-id']?.toString();
    await this.#streams.run({ environment, lastEventId }, () => {
      const headers = Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)]);
      reply.hijack();
      return { reply: reply.raw, headers: Object.fromEntries(headers) };
    });
  }
}
