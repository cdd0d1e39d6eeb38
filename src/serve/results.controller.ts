import { Controller, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import {
  ApiHeader,
  ApiNotModifiedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RequireScope } from '../access/index.ts';
import { Breakdown, Results, type Scorecards } from '../analyse/index.ts';
import { Key } from '../catalogue/index.ts';
import { Documented } from '../http/index.ts';
import { AttributeResults } from './attribute-results.ts';
import { ClosedResults } from './closed-results.ts';
import { type ServedDocument, servedDocument } from './document-cache.ts';
import { isUnchanged, wantsCsv } from './negotiation.ts';
import { RESULTS_CSV_HEADER, resultsCsv } from './results-csv.ts';
import {
  BreakdownQuery,
  HealthAnswer,
  HealthQuery,
  ResultsQuery,
  TimeseriesAnswer,
  TimeseriesQuery,
} from './schemas.ts';
import { type Found, ScorecardReader } from './scorecard-reader.ts';
import { SegmentResults } from './segment-results.ts';
import { SERVE_CLOCK, SERVE_SCORECARDS } from './serve-dependencies.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const CSV_TYPE = 'text/csv; charset=utf-8; header=present';

const asOfDate = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text);

/** Results belong to who may read them, and a newer scorecard may be there a second later. */
async function send(
  reply: FastifyReply,
  ifNoneMatch: string | undefined,
  document: ServedDocument,
  contentType: string,
): Promise<void> {
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private, no-cache');
  reply.header('vary', 'accept, authorization').header('etag', document.etag);
  if (isUnchanged(ifNoneMatch, document.etag)) await reply.code(304).send();
  else await reply.type(contentType).send(document.body);
}

/** Scorecards as people and machines read them: nothing here touches raw rows but what somebody asks for that is not stored. */
@ApiTags('results')
@Controller('api/v1/experiments')
@RequireScope('results:read')
export class ResultsController {
  readonly #reader: ScorecardReader;
  readonly #segments: SegmentResults;
  readonly #closed: ClosedResults;
  readonly #byAttribute: AttributeResults;
  readonly #scorecards: Pick<Scorecards, 'timeseries'>;
  readonly #now: () => Date;

  constructor(
    @Inject(ScorecardReader) reader: ScorecardReader,
    @Inject(SegmentResults) segments: SegmentResults,
    @Inject(ClosedResults) closed: ClosedResults,
    @Inject(AttributeResults) byAttribute: AttributeResults,
    @Inject(SERVE_SCORECARDS) scorecards: Pick<Scorecards, 'timeseries'>,
    @Inject(SERVE_CLOCK) now: () => Date,
  ) {
    this.#reader = reader;
    this.#segments = segments;
    this.#closed = closed;
    this.#byAttribute = byAttribute;
    this.#scorecards = scorecards;
    this.#now = now;
  }

  @Get(':key/results')
  @Documented
  @ApiOperation({
    summary: 'The scorecard: every metric of every arm against the control',
    description:
      'Keys are always present; a value that does not exist is null beside a `reason`. Before the first scorecard ' +
      '`reason` is `no-scorecard-yet`. As CSV there is one row per metric and comparison (of a funnel one per step), with the columns ' +
      `${RESULTS_CSV_HEADER.join(', ')}; texts that a spreadsheet would run as a formula begin with an apostrophe.`,
  })
  @ApiHeader({ name: 'If-None-Match', required: false, description: 'an ETag; 304 if it still holds' })
  @ApiProduces('application/json', 'text/csv')
  @ApiOkResponse({ standardSchema: Results })
  @ApiNotModifiedResponse({ description: 'Unchanged since the ETag in If-None-Match' })
  async results(
    @Param('key', { schema: Key }) key: string,
    @Query({ schema: ResultsQuery }) query: ResultsQuery,
    @Headers('accept') accept: string | undefined,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const found = await this.#reader.find(key, asOfDate(query.as_of));
    const document = await this.#documentOf(key, found, query);
    if (!wantsCsv(query.format, accept)) return send(reply, ifNoneMatch, document, JSON_TYPE);
    const results: Results = JSON.parse(document.body.toString('utf8'));
    const windows = query.windows === 'closed' ? 'closed' : undefined;
    const value = query.other === undefined ? query.value : 'other';
    const name = [key, query.segment, query.attribute, value, windows, results.scorecardId]
      .filter(Boolean)
      .join('-');
    reply.header('content-disposition', `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}.csv"`);
    return send(reply, ifNoneMatch, servedDocument(resultsCsv(results)), CSV_TYPE);
  }

  #documentOf(key: string, found: Found, query: ResultsQuery): Promise<ServedDocument> {
    const { segment, windows, attribute, value = null } = query;
    if (attribute !== undefined) return this.#byAttribute.results(key, { attribute, value }, windows);
    if (found.kind === 'none' || (segment === undefined && windows === 'all'))
      return this.#reader.document(key, found, 'results');
    return segment === undefined
      ? this.#closed.document(key, found.pointer)
      : this.#segments.document(key, found.pointer, segment, windows);
  }

  @Get(':key/breakdown')
  @Documented
  @ApiOperation({
    summary: 'Every metric by the values of an attribute at the first impression',
    description:
      'By the values that most units have and all others together, out of live moments. Without verdicts: of many ' +
      'values some look better or worse by chance, and falseAlarms says how many. 503 while the moments are being made.',
  })
  @ApiOkResponse({ standardSchema: Breakdown })
  @ApiNotModifiedResponse({ description: 'Unchanged since the ETag in If-None-Match' })
  async breakdown(
    @Param('key', { schema: Key }) key: string,
    @Query({ schema: BreakdownQuery }) { attribute }: BreakdownQuery,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return send(reply, ifNoneMatch, await this.#byAttribute.breakdown(key, attribute), JSON_TYPE);
  }

  @Get(':key/health')
  @Documented
  @ApiOperation({
    summary: 'Whether the comparison is sound',
    description:
      'The sample ratio and the first impressions by day of every epoch against its weights, what was excluded and why, and the age of the data. Without data the status is `unknown`.',
  })
  @ApiOkResponse({ standardSchema: HealthAnswer })
  async health(
    @Param('key', { schema: Key }) key: string,
    @Query({ schema: HealthQuery }) query: HealthQuery,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const found = await this.#reader.find(key, asOfDate(query.as_of));
    const { body } = await this.#reader.document(key, found, 'health');
    const ageSeconds =
      found.kind === 'none' ? null : (this.#now().getTime() - found.pointer.dataThrough.getTime()) / 1000;
    // The stored text is an object without this key: it is added without reading the rest.
    const text = `${body.toString('utf8').slice(0, -1)},"ageSeconds":${JSON.stringify(ageSeconds)}}`;
    return send(reply, ifNoneMatch, servedDocument(text), JSON_TYPE);
  }

  @Get(':key/timeseries')
  @Documented
  @ApiOperation({
    summary: 'What the figures were over time',
    description: 'One point per scorecard; of many, the last of each stretch of time.',
  })
  @ApiOkResponse({ standardSchema: TimeseriesAnswer })
  async timeseries(
    @Param('key', { schema: Key }) key: string,
    @Query({ schema: TimeseriesQuery }) query: TimeseriesQuery,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const found = await this.#reader.find(key, undefined);
    const from = asOfDate(query.from);
    const to = asOfDate(query.to);
    const { series, stretchMs } = await this.#scorecards.timeseries(key, {
      metric: query.metric ?? null,
      from: from ?? new Date(0),
      // Half-open: a scorecard of this very moment is in it.
      to: to ?? new Date(this.#now().getTime() + 60_000),
      limit: query.limit,
    });
    const none = found.kind === 'none' ? found.reason : 'no-figures-in-this-range';
    const answer: TimeseriesAnswer = {
      experiment: key,
      metric: query.metric ?? null,
      from: from?.toISOString() ?? null,
      to: to?.toISOString() ?? null,
      stretchSeconds: stretchMs === null ? null : stretchMs / 1000,
      series,
      reason: series.length === 0 ? none : null,
    };
    return send(reply, ifNoneMatch, servedDocument(JSON.stringify(answer)), JSON_TYPE);
  }
}
