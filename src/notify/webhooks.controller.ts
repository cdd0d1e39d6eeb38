import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  Patch,
  Post,
  Query,
  Req,
  Res,
} from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConsumes,
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
import { actorOf, type Page, PageQuery, RequireScope, Why, whyOf } from '../access/index.ts';
import {
  conditionalHeaders,
  etagHeader,
  type HttpReply,
  type HttpRequest,
  ifMatchOf,
  MergePatch,
  parseIfMatch,
  patchTypes,
  problems,
  StepBody,
  withEtag,
} from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import {
  WebhookDefinition,
  WebhookDelivery,
  WebhookDeliveryPage,
  WebhookPage,
  Webhooks,
  WebhookView,
  WebhookWithSecret,
} from './webhooks/index.ts';

const WebhookId = z.string().regex(/^whk_[0-9A-Za-z]{1,40}$/, 'a webhook’s id, such as whk_4fJ2kQ9xLmN0aB3c');
const DeliveryId = z.string().regex(/^\d{1,18}$/, 'a delivery’s id, such as 4182');
const CreateWebhook = WebhookDefinition.extend({ why: Why.optional() }).meta({ id: 'CreateWebhook' });
type CreateWebhook = z.infer<typeof CreateWebhook>;
const RotateSecret = z
  .strictObject({
    overlapSeconds: z.int().min(0).max(604_800).default(86_400).describe('how long the old one signs too'),
    why: Why.optional(),
  })
  .optional()
  .meta({ id: 'RotateSecret', example: { overlapSeconds: 3600, why: 'it was in a log' } });
type RotateSecret = z.infer<typeof RotateSecret>;
const DeliveryQuery = PageQuery.extend({ status: WebhookDelivery.shape.status.optional() });
type DeliveryQuery = z.infer<typeof DeliveryQuery>;

const why = { name: 'Assay-Why', required: false, description: 'for the audit log' };
/** The router takes ':' for a parameter: the expression ends this one, and '::' is the colon itself. */
const ONE = ':id(^[^/]+)';

const changeOf = (request: HttpRequest, body?: { readonly why?: string | undefined }) => ({
  actor: actorOf(request),
  why: whyOf(request, body?.why),
});

/** Endpoints that are told of decisions (Standard Webhooks). */
@ApiTags('webhooks')
@Controller('api/v1/webhooks')
@RequireScope('admin')
export class WebhooksController {
  readonly #webhooks: Webhooks;

  constructor(@Inject(Webhooks) webhooks: Webhooks) {
    this.#webhooks = webhooks;
  }

  @Get()
  @Documented
  @ApiOperation({ summary: 'List webhooks', description: 'Never their secrets.' })
  @ApiOkResponse({ standardSchema: WebhookPage })
  list(@Query({ schema: PageQuery }) query: PageQuery): Promise<Page<WebhookView>> {
    return this.#webhooks.list(query);
  }

  @Post()
  @Header('cache-control', 'no-store')
  @Documented
  @ApiOperation({
    summary: 'Make a webhook',
    description:
      'It is told of what is decided from now on. Its secret is in this answer and nowhere else, so an Idempotency-Key is not heeded here.',
  })
  @ApiHeader(why)
  @ApiCreatedResponse({ standardSchema: WebhookWithSecret, headers: etagHeader })
  @ApiResponse(problems.conflict)
  @ApiResponse(problems.invalid)
  async create(
    @Body({ schema: CreateWebhook }) body: CreateWebhook,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<WebhookWithSecret | undefined> {
    const { why: _, ...document } = body;
    const made = await this.#webhooks.create(changeOf(request, body), document);
    reply.header('location', `/api/v1/webhooks/${made.id}`);
    return withEtag(request, reply, made.revision, made);
  }

  @Get(':id')
  @Documented
  @ApiOperation({ summary: 'Read a webhook' })
  @ApiOkResponse({ standardSchema: WebhookView })
  @ApiResponse(problems.notFound)
  async read(
    @Param('id', { schema: WebhookId }) id: string,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<WebhookView> {
    const found = await this.#webhooks.read(id);
    // Not for If-None-Match: what waits and what fails changes without a revision.
    reply.header('etag', `"${found.revision}"`);
    return found;
  }

  @Patch(':id')
  @Documented
  @ApiOperation({ summary: 'Change a webhook', description: 'What waits for it is tried at once.' })
  @ApiOkResponse({ standardSchema: WebhookView, headers: etagHeader })
  @ApiConsumes(...patchTypes)
  @ApiHeaders(conditionalHeaders)
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.stale)
  @ApiResponse(problems.invalid)
  @ApiResponse(problems.unconditional)
  async patch(
    @Param('id', { schema: WebhookId }) id: string,
    @Body({ schema: MergePatch }) body: MergePatch,
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) reply: HttpReply,
  ): Promise<WebhookView | undefined> {
    const precondition = parseIfMatch(ifMatchOf(request));
    const { why: _, ...patch } = body;
    const changed = await this.#webhooks.patch(changeOf(request, body), id, precondition, patch);
    return withEtag(request, reply, changed.revision, changed);
  }

  @Delete(':id')
  @HttpCode(204)
  @Documented
  @ApiOperation({ summary: 'Delete a webhook', description: 'With its deliveries; what waits is not sent.' })
  @ApiHeader(why)
  @ApiNoContentResponse({ description: 'Deleted' })
  @ApiResponse(problems.notFound)
  delete(@Param('id', { schema: WebhookId }) id: string, @Req() request: HttpRequest): Promise<void> {
    return this.#webhooks.delete(changeOf(request), id);
  }

  @Post(`${ONE}::rotateSecret`)
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @Documented
  @ApiOperation({
    summary: 'Give a webhook another secret',
    description: 'It is in this answer and nowhere else. For a while the one before it signs too.',
  })
  @ApiOkResponse({ standardSchema: WebhookWithSecret })
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.conflict)
  rotateSecret(
    @Param('id', { schema: WebhookId }) id: string,
    @Body({ schema: RotateSecret }) body: RotateSecret,
    @Req() request: HttpRequest,
  ): Promise<WebhookWithSecret> {
    return this.#webhooks.rotateSecret(changeOf(request, body), id, body?.overlapSeconds ?? 86_400);
  }

  @Post(`${ONE}::test`)
  @HttpCode(200)
  @Documented
  @ApiOperation({
    summary: 'Try a webhook out',
    description:
      'Sends a message that tells of nothing (type assay.webhook.test.v1), once, and waits for the answer.',
  })
  @ApiOkResponse({ standardSchema: WebhookDelivery })
  @ApiResponse(problems.notFound)
  test(@Param('id', { schema: WebhookId }) id: string): Promise<WebhookDelivery> {
    return this.#webhooks.test(id);
  }

  @Get(':id/deliveries')
  @Documented
  @ApiOperation({
    summary: 'What was delivered, or waits, the newest first',
    description: 'The latest 1000, and all that wait.',
  })
  @ApiOkResponse({ standardSchema: WebhookDeliveryPage })
  @ApiResponse(problems.notFound)
  deliveries(
    @Param('id', { schema: WebhookId }) id: string,
    @Query({ schema: DeliveryQuery }) query: DeliveryQuery,
  ): Promise<Page<WebhookDelivery>> {
    return this.#webhooks.deliveries(id, query);
  }

  @Post(':id/deliveries/:delivery(^[^/]+)::redeliver')
  @HttpCode(202)
  @Documented
  @ApiOperation({
    summary: 'Tell a webhook again',
    description:
      'How the treatment of this delivery stands now, which may be by a later decision than that was. Where it is the same decision, webhook-id is the same.',
  })
  @ApiAcceptedResponse({ standardSchema: WebhookDelivery })
  @ApiResponse(problems.notFound)
  @ApiResponse(problems.conflict)
  redeliver(
    @Param('id', { schema: WebhookId }) id: string,
    @Param('delivery', { schema: DeliveryId }) delivery: string,
    @Body({ schema: StepBody }) body: StepBody,
    @Req() request: HttpRequest,
  ): Promise<WebhookDelivery> {
    return this.#webhooks.redeliver(changeOf(request, body), id, delivery);
  }
}
