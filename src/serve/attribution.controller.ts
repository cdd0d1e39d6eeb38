import { Controller, Get, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RequireScope } from '../access/index.ts';
import type { Plans } from '../analyse/index.ts';
import type { UpkeepState } from '../attribute/index.ts';
import { Key } from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import { AttributionAnswer } from './attribution-answer.ts';
import { SERVE_CATALOGUE, SERVE_UPKEEP, type ServeDependencies } from './serve-dependencies.ts';

/** How an experiment's moments are kept, checked and made anew. */
@ApiTags('attribution')
@Controller('api/v1/experiments')
export class AttributionController {
  readonly #upkeep: ServeDependencies['upkeep'];
  readonly #catalogue: Plans;

  constructor(
    @Inject(SERVE_UPKEEP) upkeep: ServeDependencies['upkeep'],
    @Inject(SERVE_CATALOGUE) catalogue: Plans,
  ) {
    this.#upkeep = upkeep;
    this.#catalogue = catalogue;
  }

  @Get(':key/attribution')
  @Documented
  @RequireScope('results:read')
  @ApiOperation({ summary: 'How an experiment’s moments are kept, and when they were last checked' })
  @ApiOkResponse({ standardSchema: AttributionAnswer })
  async read(@Param('key', { schema: Key }) experiment: string, @Res() reply: FastifyReply): Promise<void> {
    await this.#catalogue.plan(experiment);
    await this.#answer(experiment, reply, 200);
  }

  @Post(':key(^[^/]+)::verify')
  @Documented
  @RequireScope('results:read')
  @ApiOperation({
    summary: 'Compare live moments with what raw rows give',
    description: 'It happens between cycles; verifiedAt tells when it is done. It also happens every night.',
  })
  @ApiAcceptedResponse({ standardSchema: AttributionAnswer })
  async verify(@Param('key', { schema: Key }) experiment: string, @Res() reply: FastifyReply): Promise<void> {
    await this.#catalogue.plan(experiment);
    await this.#upkeep.verify(experiment);
    await this.#answer(experiment, reply, 202);
  }

  @Post(':key(^[^/]+)::rebuild')
  @Documented
  @RequireScope('experiments:write')
  @ApiOperation({
    summary: 'Make an experiment’s moments anew from raw rows',
    description: 'The present ones stay live until the new ones have caught up.',
  })
  @ApiAcceptedResponse({ standardSchema: AttributionAnswer })
  async rebuild(
    @Param('key', { schema: Key }) experiment: string,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.#catalogue.plan(experiment);
    await this.#upkeep.rebuild(experiment);
    await this.#answer(experiment, reply, 202);
  }

  async #answer(experiment: string, reply: FastifyReply, status: number): Promise<void> {
    const answer = answerOf(experiment, await this.#upkeep.describe(experiment));
    await reply.code(status).header('cache-control', 'no-store').send(answer);
  }
}

function answerOf(experiment: string, { live, building }: UpkeepState): AttributionAnswer {
  const instant = (ms: number | null | undefined) =>
    ms === null || ms === undefined ? null : new Date(ms).toISOString();
  return {
    experiment,
    state: live === null ? (building === null ? 'none' : 'building') : 'live',
    build: live?.id ?? null,
    dataThrough: instant(live?.through),
    verifiedAt: live?.verifiedAt?.toISOString() ?? null,
    verifiedThrough: instant(live?.verifiedThrough),
    largestDifference: live?.largestDifference ?? null,
    differenceAt: live?.differenceAt ?? null,
    // What was never compared is neither.
    trusted: live === null || live.verifiedAt === null ? null : !live.untrusted,
    rebuildAsked: live?.rebuildAsked ?? false,
    verificationAsked: live?.verificationAsked ?? false,
    building: building === null ? null : { build: building.id, progress: building.progress },
  };
}
