import { Body, Controller, Inject, Param, Post, Res } from '@nestjs/common';
import { ApiForbiddenResponse, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../access/index.ts';
import { problems } from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import { FlaggerAnswer, FlaggerHook, gateAnswer, rollbackAnswer } from './flagger/index.ts';
import { Judge } from './judge.ts';

/** Flagger sends neither headers nor credentials of ours: the token in the address is the credential. */
@ApiTags('engines')
@Controller('flagger/:token')
@Public()
export class FlaggerController {
  readonly #judge: Judge;

  constructor(@Inject(Judge) judge: Judge) {
    this.#judge = judge;
  }

  @Post('gate')
  @Documented
  @ApiOperation({
    summary: 'May the canary go on?',
    description:
      'For Flagger’s confirm-promotion and confirm-traffic-increase. 200 on pass alone; otherwise 403 and why.',
  })
  @ApiOkResponse({ standardSchema: FlaggerAnswer })
  @ApiForbiddenResponse({ standardSchema: FlaggerAnswer, description: 'Not now; the reason says why' })
  @ApiResponse(problems.notFound)
  async gate(
    @Param('token') token: string,
    @Body({ schema: FlaggerHook }) _: FlaggerHook,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { judgement } = await this.#judge.at(token);
    const { status, body } = gateAnswer(judgement);
    await reply.code(status).header('cache-control', 'no-store').send(body);
  }

  @Post('rollback')
  @Documented
  @ApiOperation({
    summary: 'Must the canary be rolled back?',
    description:
      'For Flagger’s rollback hook, which rolls back on 200: that is on breach alone; otherwise 403.',
  })
  @ApiOkResponse({ standardSchema: FlaggerAnswer, description: 'Roll back: harm is shown' })
  @ApiForbiddenResponse({ standardSchema: FlaggerAnswer, description: 'No harm is shown' })
  @ApiResponse(problems.notFound)
  async rollback(
    @Param('token') token: string,
    @Body({ schema: FlaggerHook }) _: FlaggerHook,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { judgement } = await this.#judge.at(token);
    const { status, body } = rollbackAnswer(judgement);
    await reply.code(status).header('cache-control', 'no-store').send(body);
  }
}
