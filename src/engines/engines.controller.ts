import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiHeaders,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { type Page, PageQuery, pageOf, RequireScope } from '../access/index.ts';
import {
  changeOf,
  conditionalHeaders,
  etagHeader,
  type HttpReply,
  type HttpRequest,
  ifMatchOf,
  Key,
  parseIfMatch,
  problems,
  repeatableHeaders,
  why,
  withEtag,
} from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import { PreflightCheck } from './actuators/index.ts';
import { Connections, connectionWith, EngineConnectionView } from './connections/index.ts';
import { Preflights } from './preflights.ts';

const ViewPage = pageOf(EngineConnectionView).meta({ id: 'EngineConnectionPage' });
const Define = connectionWith({ why }).meta({ id: 'DefineEngineConnection' });
type Define = z.infer<typeof Define>;

const EngineQuery = PageQuery.extend({ environment: Key.optional().describe('only of this one') });
type EngineQuery = z.infer<typeof EngineQuery>;

const Preflight = z
  .object({
    armed: z.boolean().describe('false: it would not stop anything now; a check that is not ok says why'),
    checks: z.array(PreflightCheck),
  })
  .meta({ id: 'EnginePreflight' });
type Preflight = z.infer<typeof Preflight>;

@ApiTags('engines')
@Controller('api/v1/engines')
@RequireScope('admin')
export class EnginesController {
  readonly #connections: Connections;
  readonly #preflights: Preflights;

  constructor(@Inject(Connections) connections: Connections, @Inject(Preflights) preflights: Preflights) {
    this.#connections = connections;
    this.#preflights = preflights;
  }

  @Get()
  @Documented
  @ApiOperation({ summary: 'List engine connections, in the order of their keys' })
  @ApiOkResponse({ standardSchema: ViewPage })
  list(@Query({ schema: EngineQuery }) query: EngineQuery): Promise<Page<EngineConnectionView>> {
    return this.#connections.list(query, query.environment ?? null);
  }

  @Post()
  @Documented
  @ApiOperation({
    summary: 'Connect a rollout engine',
    description:
      'It begins in dry run unless the body says otherwise; ask for its preflight before you trust it.',
  })
  @ApiCreatedResponse({ standardSchema: EngineConnectionView, headers: etagHeader })
  @ApiHeaders(repeatableHeaders)
  @ApiResponse(problems.conflict)
  @ApiResponse(problems.invalid)
  async create(
    @Body({ schema: Define }) body: Define,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<EngineConnectionView | undefined> {
    const { why: _, ...connection } = body;
    const made = await this.#connections.create(changeOf(request, body), connection);
    reply.header('location', `/api/v1/engines/${made.key}`);
    return withEtag(request, reply, made.revision, made);
  }

  @Get(':key')
  @Documented
  @ApiOperation({ summary: 'Read an engine connection' })
  @ApiOkResponse({ standardSchema: EngineConnectionView, headers: etagHeader })
  @ApiResponse(problems.notFound)
  async read(
    @Param('key', { schema: Key }) key: string,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<EngineConnectionView | undefined> {
    const found = await this.#connections.read(key);
    return withEtag(request, reply, found.revision, found);
  }

  @Put(':key')
  @Documented
  @ApiOperation({ summary: 'Change an engine connection', description: 'The body is the whole of it, anew.' })
  @ApiOkResponse({ standardSchema: EngineConnectionView, headers: etagHeader })
  @ApiHeaders(conditionalHeaders)
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.stale)
  @ApiResponse(problems.invalid)
  @ApiResponse(problems.unconditional)
  async replace(
    @Param('key', { schema: Key }) key: string,
    @Body({ schema: Define }) body: Define,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<EngineConnectionView | undefined> {
    const precondition = parseIfMatch(ifMatchOf(request));
    const { why: _, ...connection } = body;
    const changed = await this.#connections.replace(changeOf(request, body), key, precondition, connection);
    return withEtag(request, reply, changed.revision, changed);
  }

  @Delete(':key')
  @HttpCode(204)
  @Documented
  @ApiOperation({ summary: 'Disconnect an engine', description: 'What it was told stays as it is there.' })
  @ApiHeader({ name: 'Assay-Why', required: false, description: 'for the audit log' })
  @ApiNoContentResponse({ description: 'Disconnected' })
  @ApiResponse(problems.notFound)
  remove(@Param('key', { schema: Key }) key: string, @Req() request: HttpRequest): Promise<void> {
    return this.#connections.remove(changeOf(request, undefined), key);
  }

  @Get(':key/preflight')
  @Documented
  @ApiOperation({
    summary: 'Whether an engine would stop its flags',
    description:
      'Asks the engine itself, and changes nothing there: credential, flags, approvals, what off serves.',
  })
  @ApiOkResponse({ standardSchema: Preflight })
  @ApiResponse(problems.notFound)
  async preflight(@Param('key', { schema: Key }) key: string): Promise<Preflight> {
    return this.#preflights.of(await this.#connections.read(key));
  }
}
