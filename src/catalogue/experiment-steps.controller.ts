import { Body, Controller, Get, HttpCode, Inject, Param, Post, Req, Res } from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiHeaders,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { z } from 'zod';
import { RequireScope } from '../access/index.ts';
import { Documented } from '../http/index.ts';
import { Catalogue } from './catalogue.ts';
import { etagHeader, problems, repeatableHeaders } from './documentation.ts';
import { EpochView, Experiment, OpenEpoch } from './experiment-view.ts';
import { changeOf, type HttpReply, type HttpRequest, StepBody, withEtag } from './http-change.ts';
import { Key } from './key.ts';

const Epochs = z.object({ items: z.array(EpochView) }).meta({ id: 'Epochs' });
type Epochs = z.infer<typeof Epochs>;

/** The router takes ':' for a parameter: the expression ends this one, and '::' is the colon itself. */
const step = (name: 'start' | 'stop' | 'archive') => `:key(^[^/]+)::${name}`;

@ApiTags('catalogue')
@Controller('api/v1/experiments')
export class ExperimentStepsController {
  readonly #catalogue: Catalogue;

  constructor(@Inject(Catalogue) catalogue: Catalogue) {
    this.#catalogue = catalogue;
  }

  @Post(step('start'))
  @HttpCode(200)
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({
    summary: 'Start a draft',
    description:
      'Impressions count from its `start`, which is now where it has none. Its metrics keep their current versions, and its first epoch opens.',
  })
  @ApiBody({ required: false })
  @ApiOkResponse({ standardSchema: Experiment, headers: etagHeader })
  @ApiHeaders(repeatableHeaders)
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.conflict)
  @ApiResponse(problems.invalid)
  async start(
    @Param('key', { schema: Key }) key: string,
    @Body({ schema: StepBody }) body: StepBody,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<Experiment | undefined> {
    const started = await this.#catalogue.start(changeOf(request, body), key);
    return withEtag(request, reply, started.revision, started);
  }

  @Post(step('stop'))
  @HttpCode(200)
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({
    summary: 'Stop a running experiment',
    description: 'Impressions count no longer; the windows of those that did stay open.',
  })
  @ApiBody({ required: false })
  @ApiOkResponse({ standardSchema: Experiment, headers: etagHeader })
  @ApiHeaders(repeatableHeaders)
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.conflict)
  @ApiResponse(problems.invalid)
  async stop(
    @Param('key', { schema: Key }) key: string,
    @Body({ schema: StepBody }) body: StepBody,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<Experiment | undefined> {
    const stopped = await this.#catalogue.stop(changeOf(request, body), key);
    return withEtag(request, reply, stopped.revision, stopped);
  }

  @Post(step('archive'))
  @HttpCode(200)
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({ summary: 'Archive a stopped experiment', description: 'Its results stay.' })
  @ApiBody({ required: false })
  @ApiOkResponse({ standardSchema: Experiment, headers: etagHeader })
  @ApiHeaders(repeatableHeaders)
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.conflict)
  @ApiResponse(problems.invalid)
  async archive(
    @Param('key', { schema: Key }) key: string,
    @Body({ schema: StepBody }) body: StepBody,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<Experiment | undefined> {
    const archived = await this.#catalogue.archive(changeOf(request, body), key);
    return withEtag(request, reply, archived.revision, archived);
  }

  @Get(':key/epochs')
  @RequireScope('results:read', 'experiments:write')
  @Documented
  @ApiOperation({ summary: 'The epochs of an experiment, in their order' })
  @ApiOkResponse({ standardSchema: Epochs })
  @ApiResponse(problems.notFound)
  async epochs(@Param('key', { schema: Key }) key: string): Promise<Epochs> {
    return { items: await this.#catalogue.epochs(key) };
  }

  @Post(':key/epochs')
  @RequireScope('experiments:write')
  @Documented
  @ApiOperation({
    summary: 'Open an epoch of a running experiment',
    description: 'A change of weights or targeting, or a new version of the flag. Nothing rewrites history.',
  })
  @ApiCreatedResponse({ standardSchema: EpochView })
  @ApiHeaders(repeatableHeaders)
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.conflict)
  @ApiResponse(problems.invalid)
  openEpoch(
    @Param('key', { schema: Key }) key: string,
    @Body({ schema: OpenEpoch }) body: OpenEpoch,
    @Req() request: HttpRequest,
  ): Promise<EpochView> {
    return this.#catalogue.openEpoch(changeOf(request, body), key, body);
  }
}
