import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Req,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import { actorOf, type Page, PageQuery, pageOf, RequireScope, whyOf } from '../access/index.ts';
import { type HttpRequest, problems } from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import { Gate, GateId, Gates, OpenedGate, OpenGate } from './gates/index.ts';

const GatePage = pageOf(Gate).meta({ id: 'GatePage' });

@ApiTags('engines')
@Controller('api/v1/gates')
@RequireScope('admin')
export class GatesController {
  readonly #gates: Gates;

  constructor(@Inject(Gates) gates: Gates) {
    this.#gates = gates;
  }

  @Get()
  @Documented
  @ApiOperation({ summary: 'List the gates that are open', description: 'Never their tokens.' })
  @ApiOkResponse({ standardSchema: GatePage })
  list(@Query({ schema: PageQuery }) query: PageQuery): Promise<Page<Gate>> {
    return this.#gates.list(query);
  }

  @Post()
  @Header('cache-control', 'no-store')
  @Documented
  @ApiOperation({
    summary: 'Open a gate for an engine that can send no token',
    description:
      'Its address holds a token and is in this answer and nowhere else, so an Idempotency-Key is not heeded here.',
  })
  @ApiHeader({ name: 'Assay-Why', required: false, description: 'for the audit log' })
  @ApiCreatedResponse({ standardSchema: OpenedGate })
  @ApiResponse(problems.invalid)
  open(@Body({ schema: OpenGate }) body: OpenGate, @Req() request: HttpRequest): Promise<OpenedGate> {
    return this.#gates.open(actorOf(request), body, whyOf(request, undefined));
  }

  @Delete(':id')
  @HttpCode(204)
  @Documented
  @ApiOperation({ summary: 'Close a gate', description: 'Its address is not found from then on.' })
  @ApiHeader({ name: 'Assay-Why', required: false, description: 'for the audit log' })
  @ApiNoContentResponse({ description: 'Closed' })
  @ApiResponse(problems.notFound)
  close(@Param('id', { schema: GateId }) id: string, @Req() request: HttpRequest): Promise<void> {
    return this.#gates.close(actorOf(request), id, whyOf(request, undefined));
  }
}
