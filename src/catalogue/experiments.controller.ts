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
import { ExperimentDefinition } from './experiment.ts';
import { Experiment, ExperimentStatusSchema, experimentExample } from './experiment-view.ts';
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

const ViewPage = pageOf(Experiment).meta({ id: 'ExperimentPage' });
const Create = ExperimentDefinition.extend({ why }).meta({
  id: 'CreateExperiment',
  example: experimentExample,
});
type Create = z.infer<typeof Create>;
const ExperimentQuery = PageQuery.extend({
  status: ExperimentStatusSchema.optional(),
  environment: Key.optional(),
  flag: Key.optional(),
  implicit: z
    .stringbool({ truthy: ['true'], falsy: ['false'] })
    .optional()
    .describe('true: only implicit ones; false: none of them'),
});
type ExperimentQuery = z.infer<typeof ExperimentQuery>;

@ApiTags('catalogue')
@Controller('api/v1/experiments')
export class ExperimentsController {
  readonly #catalogue: Catalogue;

  constructor(@Inject(Catalogue) catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  @Get()
  @RequireScope('results:read', 'experiments:write')
  @Documented
  @ApiOperation({ summary: 'List experiments, in the order of their keys' })
  @ApiOkResponse({ standardSchema: ViewPage })
  list(@Query({ schema: ExperimentQuery }) query: ExperimentQuery): Promise<Page<Experiment>> {
    return this.#catalogue.experiments.list(query, query);
  }

  @Post()
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({
    summary: 'Make an experiment',
    description: 'A draft: it counts nothing until it is started.',
  })
  @ApiCreatedResponse({ standardSchema: Experiment, headers: etagHeader })
  @ApiHeaders(repeatableHeaders)
  @ApiResponse(problems.conflict)
  @ApiResponse(problems.invalid)
  async create(
    @Body({ schema: Create }) body: Create,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<Experiment | undefined> {
    const { why: _, ...document } = body;
    const made = await this.#catalogue.experiments.create(changeOf(request, body), document);
    reply.header('location', `/api/v1/experiments/${made.key}`);
    return withEtag(request, reply, made.revision, made);
  }

  @Get(':key')
  @RequireScope('results:read', 'experiments:write')
  @Documented
  @ApiOperation({ summary: 'Read an experiment' })
  @ApiOkResponse({ standardSchema: Experiment, headers: etagHeader })
  @ApiHeader(unlessChanged)
  @ApiResponse(unchanged)
  @ApiResponse(problems.notFound)
  async read(
    @Param('key', { schema: Key }) key: string,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<Experiment | undefined> {
    const found = await this.#catalogue.experiments.read(key);
    return withEtag(request, reply, found.revision, found);
  }

  @Patch(':key')
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({
    summary: 'Change an experiment',
    description:
      'While it runs: name, hypothesis, metrics, segments, segmentAttributes, refreshSeconds, end, and arms’ weights or targeting, which open an epoch from now on. What would change what was counted cannot change: 409.',
  })
  @ApiOkResponse({ standardSchema: Experiment, headers: etagHeader })
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
  ): Promise<Experiment | undefined> {
    const precondition = parseIfMatch(ifMatchOf(request));
    const { why: _, ...patch } = body;
    const changed = await this.#catalogue.experiments.patch(
      changeOf(request, body),
      key,
      precondition,
      patch,
    );
    return withEtag(request, reply, changed.revision, changed);
  }
}
