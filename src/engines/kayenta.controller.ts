import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Public } from '../access/index.ts';
import { problems } from '../catalogue/index.ts';
import { AppError } from '../errors.ts';
import { Documented } from '../http/index.ts';
import { Judge } from './judge.ts';
import {
  CanaryConfig,
  CanaryExecution,
  CanaryRequest,
  CanaryStarted,
  canaryConfigOf,
  executionIdOf,
  executionOf,
  sequenceOf,
} from './kayenta/index.ts';

/** Kayenta's API as Argo Rollouts and Spinnaker ask it; both send no credentials, so the token is in the address. */
@ApiTags('engines')
@Controller('kayenta/:token')
@Public()
@ApiResponse(problems.notFound)
export class KayentaController {
  readonly #judge: Judge;

  constructor(@Inject(Judge) judge: Judge) {
    this.#judge = judge;
  }

  @Get('canaryConfig')
  @Header('cache-control', 'no-store')
  @Documented
  @ApiOperation({ summary: 'The one canary configuration of this gate' })
  @ApiOkResponse({ standardSchema: z.array(CanaryConfig) })
  async configs(@Param('token') token: string): Promise<CanaryConfig[]> {
    const { gate } = await this.#judge.at(token);
    return [canaryConfigOf(gate)];
  }

  @Get('credentials')
  @Header('cache-control', 'no-store')
  @Documented
  @ApiOperation({ summary: 'None: Spinnaker asks for them where a stage names a metrics account' })
  @ApiOkResponse({ standardSchema: z.array(z.never()) })
  async credentials(@Param('token') token: string): Promise<never[]> {
    await this.#judge.at(token);
    return [];
  }

  // Argo takes 200 alone, not 201.
  @Post('canary/:id')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Documented
  @ApiOperation({
    summary: 'Begin a canary execution',
    description: 'Nothing is stored: its id says all there is.',
  })
  @ApiOkResponse({ standardSchema: CanaryStarted })
  async begin(
    @Param('token') token: string,
    @Param('id') id: string,
    @Body({ schema: CanaryRequest }) _: unknown,
  ): Promise<CanaryStarted> {
    const { gate, judgement } = await this.#judge.at(token);
    if (id !== gate.id)
      throw new AppError(
        'not-found',
        `There is no canary configuration "${id}"; GET canaryConfig shows this gate’s.`,
      );
    return { canaryExecutionId: executionIdOf(gate, judgement.sequence) };
  }

  @Get('canary/:id')
  @Header('cache-control', 'no-store')
  @Documented
  @ApiOperation({
    summary: 'The score of a canary execution',
    description: '100 pass, 50 inconclusive, 0 breach; stale and invalid go on without a score.',
  })
  @ApiOkResponse({ standardSchema: CanaryExecution })
  async read(@Param('token') token: string, @Param('id') id: string): Promise<CanaryExecution> {
    const { gate, judgement } = await this.#judge.at(token);
    const startedAt = sequenceOf(gate, id);
    if (startedAt === null)
      throw new AppError('not-found', `There is no canary execution "${id.slice(0, 100)}" at this gate.`);
    return executionOf(gate, startedAt, judgement);
  }
}
