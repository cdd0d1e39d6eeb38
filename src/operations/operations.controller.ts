import { Controller, Get, Inject, Res } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import { Public, RequireScope } from '../access/index.ts';
import { AppError } from '../errors.ts';
import { Documented } from '../http/index.ts';
import { OPENAPI, type OpenApiHolder, READINESS_CHECKS, REGISTRY, type ReadinessCheck } from './readiness.ts';

const Liveness = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' });
const Readiness = z
  .object({
    status: z.enum(['ready', 'notReady']),
    checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string().nullable() })),
  })
  .meta({ id: 'Readiness' });
type Readiness = z.infer<typeof Readiness>;

/** Bounds each check, so that a hanging store makes the answer "not ready" and not a hanging probe. */
const CHECK_TIMEOUT_MS = 2_000;

async function outcomeOf(check: ReadinessCheck): Promise<{ ok: boolean; detail: string | null }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new AppError('unavailable', `no answer within ${CHECK_TIMEOUT_MS} ms`)),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    const detail = await Promise.race([check.check(), late]);
    return { ok: true, detail: typeof detail === 'string' ? detail : null };
  } catch (error) {
    // Only sentences meant for readers: this route is open to all.
    return { ok: false, detail: error instanceof AppError ? error.message : 'it failed unexpectedly' };
  } finally {
    clearTimeout(timer);
  }
}

/** Liveness, readiness and Prometheus metrics. */
@ApiTags('operations')
@Controller()
export class OperationsController {
  readonly #checks: readonly ReadinessCheck[];
  readonly #registry: Registry;
  readonly #openapi: OpenApiHolder;

  constructor(
    @Inject(READINESS_CHECKS) checks: readonly ReadinessCheck[],
    @Inject(REGISTRY) registry: Registry,
    @Inject(OPENAPI) openapi: OpenApiHolder,
  ) {
    this.#openapi = openapi;
    this.#checks = checks;
    this.#registry = registry;
  }

  @Get('healthz')
  @Public()
  @Documented
  @ApiOperation({ summary: 'Is the process alive?', security: [] })
  @ApiOkResponse({ standardSchema: Liveness })
  health(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('readyz')
  @Public()
  @Documented
  @ApiOperation({ summary: 'Can it do its work? 503 names the part that cannot.', security: [] })
  @ApiOkResponse({ standardSchema: Readiness })
  @ApiServiceUnavailableResponse({ standardSchema: Readiness })
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const outcomes = await Promise.all(
      this.#checks.map(async (check) => [check.name, await outcomeOf(check)] as const),
    );
    const ready = outcomes.every(([, outcome]) => outcome.ok);
    const body: Readiness = { status: ready ? 'ready' : 'notReady', checks: Object.fromEntries(outcomes) };
    await reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(body);
  }

  @Get('metrics')
  @RequireScope('results:read')
  @Documented
  @ApiOperation({ summary: 'Prometheus metrics of this process.' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'Prometheus text format' })
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    await reply.type(this.#registry.contentType).send(await this.#registry.metrics());
  }

  @Get('openapi.json')
  @RequireScope('results:read')
  @Documented
  @ApiOperation({ summary: 'This document: every route, its parameters and answers, as OpenAPI 3.1.' })
  @ApiOkResponse({ description: 'OpenAPI 3.1' })
  openapi(): object {
    const { document } = this.#openapi;
    if (document === null)
      throw new AppError('unavailable', 'The document is not made yet; ask again in a second.');
    return document;
  }
}
