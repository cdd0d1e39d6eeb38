import { Body, Controller, Get, Inject, Param, Put, Req, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiHeaders,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { RequireScope } from '../access/index.ts';
import { Documented } from '../http/index.ts';
import { Catalogue } from './catalogue.ts';
import { conditionalHeaders, etagHeader, problems, unchanged, unlessChanged } from './documentation.ts';
import { FlagGuardrails, FlagGuardrailsBody } from './flag-wide/index.ts';
import { changeOf, type HttpReply, type HttpRequest, ifMatchOf, why, withEtag } from './http-change.ts';
import { Key } from './key.ts';
import { parseIfMatch } from './precondition.ts';
import { storedFields } from './stored.ts';

const View = FlagGuardrails.extend(storedFields).meta({ id: 'FlagGuardrailsView' });
type View = z.infer<typeof View>;
const Replace = FlagGuardrailsBody.extend({ why }).meta({
  id: 'ReplaceFlagGuardrails',
  example: {
    unitType: 'user',
    decisions: { alpha: 0.01 },
    guardrails: [{ metric: 'error', margin: { kind: 'relative', value: 0.2 } }],
  },
});
type Replace = z.infer<typeof Replace>;

@ApiTags('catalogue')
@Controller('api/v1/environments')
export class FlagGuardrailsController {
  readonly #catalogue: Catalogue;

  constructor(@Inject(Catalogue) catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  @Get(':environment/flag-guardrails')
  @RequireScope('results:read', 'experiments:write')
  @Documented
  @ApiOperation({ summary: 'Read the flag-wide guardrails of an environment' })
  @ApiOkResponse({ standardSchema: View, headers: etagHeader })
  @ApiHeader(unlessChanged)
  @ApiResponse(unchanged)
  @ApiResponse(problems.notFound)
  async read(
    @Param('environment', { schema: Key }) environment: string,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<View | undefined> {
    const found = await this.#catalogue.flagGuardrails.read(environment);
    return withEtag(request, reply, found.revision, found);
  }

  @Put(':environment/flag-guardrails')
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({
    summary: 'Make or replace the flag-wide guardrails of an environment',
    description:
      'As a whole: what is left out is gone or takes its default. Running experiments carry them soon after; what they have spent of their error budgets stays spent, and no latch is cleared. Without If-Match it makes those of an environment that has none yet.',
  })
  @ApiOkResponse({ standardSchema: View, headers: etagHeader })
  @ApiCreatedResponse({ standardSchema: View, headers: etagHeader })
  @ApiHeaders(conditionalHeaders.map((header) => ({ ...header, required: false })))
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.stale)
  @ApiResponse(problems.invalid)
  @ApiResponse(problems.unconditional)
  async replace(
    @Param('environment', { schema: Key }) environment: string,
    @Body({ schema: Replace }) body: Replace,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<View | undefined> {
    const ifMatch = ifMatchOf(request);
    const { why: _, ...document } = body;
    const kept = await this.#catalogue.flagGuardrails.replace(
      changeOf(request, body),
      environment,
      ifMatch === undefined ? null : parseIfMatch(ifMatch),
      document,
    );
    // Without it nothing is replaced.
    if (ifMatch === undefined) reply.status(201);
    return withEtag(request, reply, kept.revision, kept);
  }
}
