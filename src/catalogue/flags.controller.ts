import { Body, Controller, Get, Inject, Param, Patch, Post, Query, Req, Res } from '@nestjs/common';
import {
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiHeaders,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { type Page, PageQuery, pageOf, RequireScope } from '../access/index.ts';
import { Documented } from '../http/index.ts';
import { Catalogue } from './catalogue.ts';
import {
  conditionalHeaders,
  etagHeader,
  patchTypes,
  problems,
  repeatableHeaders,
  unchanged,
  unlessChanged,
} from './documentation.ts';
import { Flag } from './flag.ts';
import {
  changeOf,
  type HttpReply,
  type HttpRequest,
  ifMatchOf,
  MergePatch,
  why,
  withEtag,
} from './http-change.ts';
import { Key } from './key.ts';
import { parseIfMatch } from './precondition.ts';
import { storedFields } from './stored.ts';

const View = Flag.extend(storedFields).meta({ id: 'FlagView' });
type View = z.infer<typeof View>;
const ViewPage = pageOf(View).meta({ id: 'FlagPage' });
const Create = Flag.extend({ why }).meta({ id: 'CreateFlag' });
type Create = z.infer<typeof Create>;

const FlagQuery = PageQuery.extend({ environment: Key.optional().describe('only of this one') });
type FlagQuery = z.infer<typeof FlagQuery>;

@ApiTags('catalogue')
@Controller('api/v1/flags')
export class FlagsController {
  readonly #catalogue: Catalogue;

  constructor(@Inject(Catalogue) catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  @Get()
  @RequireScope('results:read', 'experiments:write')
  @Documented
  @ApiOperation({ summary: 'List flags, in the order of environment and key' })
  @ApiOkResponse({ standardSchema: ViewPage })
  list(@Query({ schema: FlagQuery }) query: FlagQuery): Promise<Page<View>> {
    return this.#catalogue.flags.list(query, query.environment ?? null);
  }

  @Post()
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({ summary: 'Make a flag' })
  @ApiCreatedResponse({ standardSchema: View, headers: etagHeader })
  @ApiHeaders(repeatableHeaders)
  @ApiResponse(problems.conflict)
  @ApiResponse(problems.invalid)
  async create(
    @Body({ schema: Create }) body: Create,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<View | undefined> {
    const { why: _, ...document } = body;
    const made = await this.#catalogue.flags.create(changeOf(request, body), document);
    reply.header('location', `/api/v1/flags/${made.environment}/${made.key}`);
    return withEtag(request, reply, made.revision, made);
  }

  @Get(':environment/:key')
  @RequireScope('results:read', 'experiments:write')
  @Documented
  @ApiOperation({ summary: 'Read a flag' })
  @ApiOkResponse({ standardSchema: View, headers: etagHeader })
  @ApiHeader(unlessChanged)
  @ApiResponse(unchanged)
  @ApiResponse(problems.notFound)
  async read(
    @Param('environment', { schema: Key }) environment: string,
    @Param('key', { schema: Key }) key: string,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<View | undefined> {
    const found = await this.#catalogue.flags.read(`${environment}/${key}`);
    return withEtag(request, reply, found.revision, found);
  }

  @Patch(':environment/:key')
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({
    summary: 'Change a flag',
    description: 'A variant that a draft or running experiment has an arm of cannot go.',
  })
  @ApiOkResponse({ standardSchema: View, headers: etagHeader })
  @ApiConsumes(...patchTypes)
  @ApiHeaders(conditionalHeaders)
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.conflict)
  @ApiResponse(problems.stale)
  @ApiResponse(problems.invalid)
  @ApiResponse(problems.unconditional)
  async patch(
    @Param('environment', { schema: Key }) environment: string,
    @Param('key', { schema: Key }) key: string,
    @Body({ schema: MergePatch }) body: MergePatch,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<View | undefined> {
    const precondition = parseIfMatch(ifMatchOf(request));
    const { why: _, ...patch } = body;
    const changed = await this.#catalogue.flags.patch(
      changeOf(request, body),
      `${environment}/${key}`,
      precondition,
      patch,
    );
    return withEtag(request, reply, changed.revision, changed);
  }
}
