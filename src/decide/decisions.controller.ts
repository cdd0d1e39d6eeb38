import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiHeader,
  ApiNotModifiedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { actorOf, type Page, PageQuery, pageOf, RequireScope } from '../access/index.ts';
import { problems } from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import { Decision } from '../ruling/index.ts';
import type { Subject } from './absence.ts';
import { answerOf } from './decision-answer.ts';
import { DecisionControls, OverrideRequest, ResumeRequest } from './decision-controls.ts';
import { DecisionEvidence, DecisionHistory } from './decision-history.ts';
import { DecisionReader } from './decision-reader.ts';
import { askedOf, headersOf, holds, WAIT_AT_MOST_SECONDS } from './decision-request.ts';
import { DecisionWaits } from './decision-waits.ts';

/** Any text: a typo is answered as what nobody has heard of, so that no engine errs on it. */
const Name = z.string().min(1).max(200);
const DecisionId = z.string().regex(/^dec_[A-Za-z0-9]{1,60}$/, 'an id such as dec_4fJ2kQ9x');
const DecisionPage = pageOf(Decision).meta({ id: 'DecisionPage' });

/** The decisions that rollout engines act on. */
@ApiTags('decisions')
@Controller('api/v1/decisions')
export class DecisionsController {
  readonly #reader: DecisionReader;
  readonly #waits: DecisionWaits;
  readonly #history: DecisionHistory;
  readonly #controls: DecisionControls;

  constructor(
    @Inject(DecisionReader) reader: DecisionReader,
    @Inject(DecisionWaits) waits: DecisionWaits,
    @Inject(DecisionHistory) history: DecisionHistory,
    @Inject(DecisionControls) controls: DecisionControls,
  ) {
    this.#reader = reader;
    this.#waits = waits;
    this.#history = history;
    this.#controls = controls;
  }

  @Get(':environment/:flag/:treatment')
  @Documented
  @RequireScope('decisions:read')
  @ApiOperation({
    summary: 'What is decided on a treatment of a flag now',
    description:
      'Computed beforehand. Always 200 where the service can answer, with every key; of an unknown flag it is `stale`, ' +
      'and says why. With `Prefer: wait=<seconds>` and If-None-Match it waits for another decision or verdict than that one.',
  })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'an ETag; 304 if it still holds' })
  @ApiHeader({
    name: 'Prefer',
    required: false,
    description: `wait=<seconds>, at most ${WAIT_AT_MOST_SECONDS} (RFC 7240)`,
  })
  @ApiOkResponse({ standardSchema: Decision })
  @ApiNotModifiedResponse({ description: 'Unchanged since the ETag in If-None-Match' })
  async read(
    @Param('environment', { schema: Name }) environment: string,
    @Param('flag', { schema: Name }) flag: string,
    @Param('treatment', { schema: Name }) treatment: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const subject = { environment, flag, treatment };
    const asked = askedOf(request.headers);
    const { body, etag } =
      asked.wait === null
        ? await this.#reader.answer(subject)
        : answerOf(await this.#waits.next(subject, asked.wait.seen, asked.wait.ms, goneOf(request)));
    reply.headers(headersOf(asked, etag));
    if (holds(asked, etag)) await reply.code(304).send();
    else await reply.type('application/json; charset=utf-8').send(body);
  }

  @Get(':environment/:flag/:treatment/history')
  @Documented
  @RequireScope('decisions:read')
  @ApiOperation({
    summary: 'What was decided on a treatment, newest first, with the reasons',
    description: 'Every decision that changed something, as it was when it was made.',
  })
  @ApiOkResponse({ standardSchema: DecisionPage })
  history(
    @Param('environment', { schema: Name }) environment: string,
    @Param('flag', { schema: Name }) flag: string,
    @Param('treatment', { schema: Name }) treatment: string,
    @Query({ schema: PageQuery }) query: PageQuery,
  ): Promise<Page<Decision>> {
    return this.#history.list({ environment, flag, treatment }, query);
  }

  @Get(':id/evidence')
  @Documented
  @RequireScope('decisions:read')
  @ApiOperation({
    summary: 'What a decision was computed from',
    description: 'The decision as it was made and the whole input of the computation: see `assay replay`.',
  })
  @ApiOkResponse({ standardSchema: DecisionEvidence })
  @ApiResponse(problems.notFound)
  evidence(@Param('id', { schema: DecisionId }) id: string): Promise<DecisionEvidence> {
    return this.#history.evidence(id);
  }

  /** The router takes ':' for a parameter: the expression ends this one, and '::' is the colon itself. */
  @Post(':environment/:flag/:treatment(^[^/:]+)::override')
  @HttpCode(200)
  @Documented
  @RequireScope('decisions:override')
  @ApiOperation({
    summary: 'Say what the verdict is to be, or dismiss one guardrail, until a time',
    description: 'In the audit log, with who and why. Everything goes on being watched meanwhile.',
  })
  @ApiOkResponse({ standardSchema: Decision })
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.invalid)
  override(
    @Param('environment', { schema: Name }) environment: string,
    @Param('flag', { schema: Name }) flag: string,
    @Param('treatment', { schema: Name }) treatment: string,
    @Body({ schema: OverrideRequest }) body: OverrideRequest,
    @Req() request: FastifyRequest,
  ): Promise<Decision> {
    const subject: Subject = { environment, flag, treatment };
    return this.#controls.override(actorOf(request), subject, body);
  }

  @Post(':environment/:flag/:treatment(^[^/:]+)::resume')
  @HttpCode(200)
  @Documented
  @RequireScope('decisions:override')
  @ApiOperation({
    summary: 'Go on after a stop',
    description:
      'Ends the latch and any override. Guardrails watch from now on, out of what is left of the error budget, and the decision tells what stopped it last.',
  })
  @ApiOkResponse({ standardSchema: Decision })
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.conflict)
  resume(
    @Param('environment', { schema: Name }) environment: string,
    @Param('flag', { schema: Name }) flag: string,
    @Param('treatment', { schema: Name }) treatment: string,
    @Body({ schema: ResumeRequest }) body: ResumeRequest,
    @Req() request: FastifyRequest,
  ): Promise<Decision> {
    const subject: Subject = { environment, flag, treatment };
    return this.#controls.resume(actorOf(request), subject, body);
  }
}

function goneOf(request: FastifyRequest): AbortSignal {
  const gone = new AbortController();
  request.raw.once('close', () => gone.abort());
  return gone.signal;
}
