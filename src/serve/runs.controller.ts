import { Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { RequireScope } from '../access/index.ts';
import type { Plans } from '../analyse/index.ts';
import { Key } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import { Documented } from '../http/index.ts';
import type { Jobs, RunState } from '../jobs/index.ts';
import { RunAnswer } from './schemas.ts';
import { SERVE_CATALOGUE, SERVE_JOBS } from './serve-dependencies.ts';

const RunId = z.string().min(1).max(400);

function answerOf(run: RunState): RunAnswer {
  return {
    id: run.id,
    experiment: run.experiment,
    state: run.state,
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    error: run.error,
  };
}

/** Asking for a scorecard now, and how that goes. */
@ApiTags('results')
@Controller('api/v1')
@RequireScope('results:read')
export class RunsController {
  readonly #jobs: Pick<Jobs, 'runScorecardNow' | 'run'>;
  readonly #catalogue: Plans;

  constructor(
    @Inject(SERVE_JOBS) jobs: Pick<Jobs, 'runScorecardNow' | 'run'>,
    @Inject(SERVE_CATALOGUE) catalogue: Plans,
  ) {
    this.#jobs = jobs;
    this.#catalogue = catalogue;
  }

  // The router takes ':' for a parameter: the expression ends this one, and '::' is the colon itself.
  @Post('experiments/:key(^[^/]+)::refresh')
  @Documented
  @ApiOperation({
    summary: 'Make a new scorecard now',
    description: 'It holds everything received before this call. Who asks while one waits shares it.',
  })
  @ApiAcceptedResponse({
    standardSchema: RunAnswer,
    description: 'Location is where the run can be followed',
  })
  async refresh(
    @Param('key', { schema: Key }) experiment: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#catalogue.plan(experiment);
    const id = await this.#jobs.runScorecardNow(experiment);
    const run = (await this.#jobs.run(id)) ?? {
      id,
      experiment,
      state: 'queued',
      startedAt: null,
      finishedAt: null,
      error: null,
    };
    await reply
      .code(202)
      .header('location', `/api/v1/runs/${encodeURIComponent(id)}`)
      .header('cache-control', 'no-store')
      .send(answerOf(run));
  }

  @Get('runs/:id')
  @Documented
  @ApiOperation({ summary: 'How a run goes' })
  @ApiOkResponse({ standardSchema: RunAnswer })
  async run(@Param('id', { schema: RunId }) id: string, @Res() reply: FastifyReply): Promise<void> {
    const run = await this.#jobs.run(id);
    if (run === null)
      throw new AppError('not-found', `There is no run "${id}"; those long finished are not remembered.`);
    await reply.header('cache-control', 'no-store').send(answerOf(run));
  }
}
