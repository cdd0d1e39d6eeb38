import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from 'pino';
import { registerBodyParsers } from './body-parsers.ts';
import { NestLogger } from './nest-logger.ts';
import { ProblemFilter } from './problem.filter.ts';
import { ValidationPipe } from './validation.pipe.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * What may be written down of an address. A ready link carries its token in the query, however its name is written, and
 * a gate's address carries one in its path; a unit's id, which its address has, is personal data.
 */
export function loggable(url: string): string {
  const [whole = '', query = ''] = url.split('?', 2);
  const path = withoutSecret(whole);
  if (new URLSearchParams(query).has('token')) return `${path}?…`;
  return url.includes('?') ? `${path}?${query}` : path;
}

function withoutSecret(path: string): string {
  let plain: string;
  let broken = '';
  try {
    // As the router reads it.
    plain = decodeURIComponent(path);
  } catch {
    plain = path.split('%')[0] ?? '';
    broken = '…';
  }
  const secret = /\/(units|flagger|kayenta)\//i.exec(plain);
  if (secret === null) return broken === '' ? path : `${plain}${broken}`;
  return `${plain.slice(0, secret.index)}/${secret[1]?.toLowerCase()}/…`;
}

/** How often connections are looked at that a client may keep open after its answer. */
const SWEEP_MS = 50;

/** Fastify ends the connections that are idle when it is closed; one that is answered after that would stay for a minute. */
function endConnectionsOnClose(fastify: FastifyInstance): void {
  let closing = false;
  fastify.addHook('preClose', async () => {
    closing = true;
    const sweep = setInterval(() => fastify.server.closeIdleConnections(), SWEEP_MS);
    // One that never listened is never closed either.
    sweep.unref();
    fastify.server.once('close', () => clearInterval(sweep));
  });
  fastify.addHook('onSend', async (_, reply) => {
    if (closing) reply.header('connection', 'close');
  });
}

/** The Nest application on Fastify with everything that is the same for every route. Not yet listening. */
export async function createHttpApp(
  module: Type<unknown> | DynamicModule,
  { logger }: { logger: Logger },
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    loggerInstance: logger.child(
      { component: 'http' },
      {
        serializers: {
          req: (request: FastifyRequest) => ({
            method: request.method,
            url: loggable(request.url),
            remote: request.ip,
          }),
          res: (reply: FastifyReply) => ({ status: reply.statusCode }),
        },
      },
    ) as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    // Taken from the client only if it is a UUID, so that nobody writes into our logs.
    genReqId: (request: IncomingMessage) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && UUID.test(given) ? given : randomUUID();
    },
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    // A unit's id is the longest: see EVENT_LIMITS.
    routerOptions: { maxParamLength: 500 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  const fastify: FastifyInstance = app.getHttpAdapter().getInstance();
  registerBodyParsers(fastify);
  fastify.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
  });
  fastify.addHook('onResponse', async (request, reply) => {
    request.log.debug(
      {
        method: request.method,
        url: loggable(request.url),
        status: reply.statusCode,
        ms: reply.elapsedTime,
      },
      'answered',
    );
  });
  endConnectionsOnClose(fastify);
  app.useGlobalPipes(new ValidationPipe());
  app.useGlobalFilters(new ProblemFilter());
  return app;
}
