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
import { z } from 'zod';
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
import { metricWith } from './metric.ts';
import { MetricView } from './metric-view.ts';
import { parseIfMatch } from './precondition.ts';

const ViewPage = pageOf(MetricView).meta({ id: 'MetricPage' });
const Create = metricWith({ why }).meta({
  id: 'CreateMetric',
  example: { type: 'proportion', key: 'visit', source: { event: 'visit' } },
});
type Create = z.infer<typeof Create>;
const VersionQuery = z.strictObject({
  version: z.coerce
    .number()
    .int()
    .min(1)
    .max(2 ** 31 - 1)
    .optional(),
});
type VersionQuery = z.infer<typeof VersionQuery>;

@ApiTags('catalogue')
@Controller('api/v1/metrics')
export class MetricsController {
  readonly #catalogue: Catalogue;

  constructor(@Inject(Catalogue) catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  @Get()
  @RequireScope('results:read', 'experiments:write')
  @Documented
  @ApiOperation({ summary: 'List metrics at their current versions, in the order of their keys' })
  @ApiOkResponse({ standardSchema: ViewPage })
  list(@Query({ schema: PageQuery }) query: PageQuery): Promise<Page<MetricView>> {
    return this.#catalogue.metrics.list(query);
  }

  @Post()
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({ summary: 'Make a metric' })
  @ApiCreatedResponse({ standardSchema: MetricView, headers: etagHeader })
  @ApiHeaders(repeatableHeaders)
  @ApiResponse(problems.conflict)
  @ApiResponse(problems.invalid)
  async create(
    @Body({ schema: Create }) body: Create,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<MetricView | undefined> {
    const { why: _, ...document } = body;
    const made = await this.#catalogue.metrics.create(changeOf(request, body), document);
    reply.header('location', `/api/v1/metrics/${made.key}`);
    return withEtag(request, reply, made.version, made);
  }

  @Get(':key')
  @RequireScope('results:read', 'experiments:write')
  @Documented
  @ApiOperation({ summary: 'Read a metric, at its current version or an earlier one' })
  @ApiOkResponse({ standardSchema: MetricView, headers: etagHeader })
  @ApiHeader(unlessChanged)
  @ApiResponse(unchanged)
  @ApiResponse(problems.notFound)
  async read(
    @Param('key', { schema: Key }) key: string,
    @Query({ schema: VersionQuery }) { version }: VersionQuery,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<MetricView | undefined> {
    const found = await this.#catalogue.metrics.read(key, version ?? null);
    return withEtag(request, reply, found.version, found);
  }

  @Patch(':key')
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({
    summary: 'Make the next version of a metric',
    description:
      'Experiments that were started keep the version that they count by; take the metric out of one and put it in again to move it to the current version.',
  })
  @ApiOkResponse({ standardSchema: MetricView, headers: etagHeader })
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
  ): Promise<MetricView | undefined> {
    const precondition = parseIfMatch(ifMatchOf(request));
    const { why: _, ...patch } = body;
    const changed = await this.#catalogue.metrics.patch(changeOf(request, body), key, precondition, patch);
    return withEtag(request, reply, changed.version, changed);
  }
}
