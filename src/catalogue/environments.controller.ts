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
import { Environment } from './environment.ts';
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

const View = Environment.extend(storedFields).meta({ id: 'EnvironmentView' });
type View = z.infer<typeof View>;
const ViewPage = pageOf(View).meta({ id: 'EnvironmentPage' });
const Create = Environment.extend({ why }).meta({ id: 'CreateEnvironment' });
type Create = z.infer<typeof Create>;

@ApiTags('catalogue')
@Controller('api/v1/environments')
export class EnvironmentsController {
  readonly #catalogue: Catalogue;

  constructor(@Inject(Catalogue) catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  @Get()
  @RequireScope('results:read', 'experiments:write')
  @Documented
  @ApiOperation({ summary: 'List environments, in the order of their keys' })
  @ApiOkResponse({ standardSchema: ViewPage })
  list(@Query({ schema: PageQuery }) query: PageQuery): Promise<Page<View>> {
    return this.#catalogue.environments.list(query);
  }

  @Post()
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({ summary: 'Make an environment' })
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
    const made = await this.#catalogue.environments.create(changeOf(request, body), document);
    reply.header('location', `/api/v1/environments/${made.key}`);
    return withEtag(request, reply, made.revision, made);
  }

  @Get(':key')
  @RequireScope('results:read', 'experiments:write')
  @Documented
  @ApiOperation({ summary: 'Read an environment' })
  @ApiOkResponse({ standardSchema: View, headers: etagHeader })
  @ApiHeader(unlessChanged)
  @ApiResponse(unchanged)
  @ApiResponse(problems.notFound)
  async read(
    @Param('key', { schema: Key }) key: string,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<View | undefined> {
    const found = await this.#catalogue.environments.read(key);
    return withEtag(request, reply, found.revision, found);
  }

  @Patch(':key')
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({ summary: 'Change an environment' })
  @ApiOkResponse({ standardSchema: View, headers: etagHeader })
  @ApiConsumes(...patchTypes)
  @ApiHeaders(conditionalHeaders)
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.conflict)
  @ApiResponse(problems.stale)
  @ApiResponse(problems.invalid)
  @ApiResponse(problems.unconditional)
  async patch(
    @Param('key', { schema: Key }) key: string,
    @Body({ schema: MergePatch }) body: MergePatch,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<View | undefined> {
    const precondition = parseIfMatch(ifMatchOf(request));
    const { why: _, ...patch } = body;
    const changed = await this.#catalogue.environments.patch(
      changeOf(request, body),
      key,
      precondition,
      patch,
    );
    return withEtag(request, reply, changed.revision, changed);
  }
}
