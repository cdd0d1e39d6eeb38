import type { AttributeFilter, PlannedMetric } from '../catalogue/index.ts';
import type { ParameterValue } from '../stores/clickhouse/index.ts';
import { loadSql } from '../stores/sql-file.ts';
import { impressionColumns } from './impression-columns.ts';
import { type MetricColumns, type MetricParameters, metricColumns, valueColumns } from './metric-columns.ts';
import { sourcesOf } from './metric-types/index.ts';
import type { PlanTerms, QuestionTerms } from './plan-terms.ts';
import { Bindings, fill } from './question.ts';
import type { DistinctScope, Scope } from './scope.ts';
import { segmentMarks, segmentValues } from './segments.ts';

const sql = (name: string) => loadSql(new URL(`./${name}.sql`, import.meta.url));
const templates = {
  classified: sql('classified'),
  conversions: sql('conversions'),
  conversionsOnce: sql('conversions-once'),
  impressions: sql('impressions'),
  impressionsOnce: sql('impressions-once'),
  leftOut: sql('left-out'),
  members: sql('members'),
  moments: sql('moments'),
  otherUnitTypes: sql('other-unit-types'),
  pairs: sql('pairs'),
  repeatedRows: sql('repeated-rows'),
  repeats: sql('repeats'),
  segmentValues: sql('segment-values'),
  size: sql('size'),
  totals: sql('totals'),
  units: sql('units'),
  values: sql('values'),
  vectors: sql('vectors'),
};

/** A question ready to be asked. */
export interface Asked {
  readonly sql: string;
  readonly params: Readonly<Record<string, ParameterValue>>;
}

type Segment = readonly AttributeFilter[];
type ParametersOf = (metric: PlannedMetric) => MetricParameters;

/** size.sql. */
export function askSize(terms: QuestionTerms, scope: Scope): Asked {
  return ask(terms, scope, {}, () => fill(templates.size, marksOf(scope)));
}

/** repeats.sql, listing at most so many: of all units, or of those with an impression of the flag. */
export function askRepeats(
  terms: QuestionTerms,
  scope: Scope,
  mostListed: number,
  of: 'all' | 'members',
): Asked {
  return ask(terms, scope, { most_listed: mostListed }, () =>
    fill(templates.repeats, {
      repeated_rows: fill(templates.repeatedRows, marksOf(scope)),
      among: of === 'all' ? '1' : `unit_hash IN (${members(scope)})`,
    }),
  );
}

/** members.sql: which of these units have an impression of the flag. */
export function askMembers(terms: QuestionTerms, scope: Scope, units: readonly bigint[]): Asked {
  return ask(terms, scope, { asked: units }, () =>
    members({ ...scope, units: `(${scope.units}) AND unit_hash IN {asked:Array(UInt64)}` }),
  );
}

/** Hashes of repeated ids. */
export interface Repeated {
  readonly impressions: readonly bigint[];
  readonly conversions: readonly bigint[];
}

/** The same scope with its repeated ids: those listed, or the question for them where they are many. */
export function distinctScope(scope: Scope, repeated: Repeated | 'many'): DistinctScope {
  if (repeated === 'many') {
    const rows = fill(templates.repeatedRows, marksOf(scope));
    const idsOf = (kind: string) => `SELECT id_hash FROM (${rows}) WHERE ${kind}`;
    return {
      ...scope,
      repeated: { impressions: idsOf('is_impression'), conversions: idsOf('NOT is_impression') },
    };
  }
  const { impressions, conversions } = repeated;
  const listed = (ids: readonly bigint[], name: string) =>
    ids.length === 0 ? null : `{${name}:Array(UInt64)}`;
  return {
    ...scope,
    repeated: {
      impressions: listed(impressions, 'repeated_impressions'),
      conversions: listed(conversions, 'repeated_conversions'),
    },
    params: { ...scope.params, repeated_impressions: impressions, repeated_conversions: conversions },
  };
}

/** left-out.sql: of all impressions, whatever the segment. */
export function askLeftOut(terms: QuestionTerms, scope: DistinctScope): Asked {
  return ask(terms, scope, {}, (bindings) =>
    fill(templates.leftOut, { classified: classified(withoutSegments(terms), scope, [], bindings).text }),
  );
}

/** pairs.sql, of all units. */
export function askPairs(terms: QuestionTerms, scope: DistinctScope): Asked {
  return ask(terms, scope, {}, (bindings) => pairs(terms, scope, [], bindings));
}

/** units.sql. */
export function askUnits(terms: QuestionTerms, scope: DistinctScope, segment: Segment): Asked {
  return ask(terms, scope, {}, (bindings) =>
    fill(templates.units, { pairs: pairs(terms, scope, segment, bindings), ...segmentMarks(terms) }),
  );
}

/** other-unit-types.sql. */
export function askOtherUnitTypes(terms: PlanTerms, scope: Scope): Asked {
  return ask(terms, scope, {}, () => fill(templates.otherUnitTypes, marksOf(scope)));
}

/** moments.sql for some of the plan's metrics. */
export function askMoments(
  terms: QuestionTerms,
  scope: DistinctScope,
  segment: Segment,
  parametersOf: ParametersOf,
): Asked {
  return ask(terms, scope, {}, (bindings) => {
    const rows = scope.partial === true ? 'some' : 'all';
    const columns = metricColumns(terms.metrics, parametersOf, bindings, rows);
    const vectors = vectorsOf(terms, scope, pairs(terms, scope, segment, bindings), columns);
    return fill(templates.moments, { vectors, ...columns, ...segmentMarks(terms) });
  });
}

/** segment-values.sql: of the terms' segments only the attributes matter. */
export function askSegmentValues(terms: QuestionTerms, scope: DistinctScope, most: number): Asked {
  return ask(terms, scope, { most }, (bindings) =>
    fill(templates.segmentValues, { pairs: pairs(terms, scope, [], bindings, segmentValues) }),
  );
}

/** totals.sql for those of the plan's metrics whose cap is a percentile. */
export function askTotals(terms: QuestionTerms, scope: DistinctScope): Asked {
  return ask(terms, scope, {}, (bindings) => {
    const columns = metricColumns(terms.metrics, () => ({ centres: [], caps: undefined }), bindings);
    const assigned = pairs(terms, scope, [], bindings);
    const vectors = vectorsOf(terms, scope, assigned, columns);
    return fill(templates.totals, { pairs: assigned, vectors, ...columns });
  });
}

/** values.sql for metrics that are quantiles. */
export function askValues(
  terms: QuestionTerms,
  scope: DistinctScope,
  segment: Segment,
  wanted: (metric: PlannedMetric) => readonly number[],
): Asked {
  return ask(terms, scope, {}, (bindings) => {
    const columns = valueColumns(terms.metrics, wanted, bindings);
    const vectors = vectorsOf(terms, scope, pairs(terms, scope, segment, bindings), columns);
    return fill(templates.values, { vectors, ...columns });
  });
}

function ask(
  terms: QuestionTerms,
  scope: Scope,
  named: Readonly<Record<string, ParameterValue>>,
  text: (bindings: Bindings) => string,
): Asked {
  const bindings = new Bindings({ ...terms.params, ...scope.params, ...named });
  return { sql: text(bindings), params: bindings.params };
}

function classified(
  terms: QuestionTerms,
  scope: DistinctScope,
  segment: Segment,
  bindings: Bindings,
  columnOf?: typeof segmentValues,
) {
  const columns = impressionColumns(terms, segment, bindings, columnOf);
  const { plan } = columns;
  return {
    text: fill(templates.classified, { ...columns, impressions: impressions(terms, scope, segment, plan) }),
    columns,
  };
}

function pairs(
  terms: QuestionTerms,
  scope: DistinctScope,
  segment: Segment,
  bindings: Bindings,
  columnOf?: typeof segmentValues,
): string {
  if (scope.pairs !== undefined) return scope.pairs;
  const { text, columns } = classified(terms, scope, segment, bindings, columnOf);
  const { first_selected, unit_and_plan, and_plan } = columns;
  const marks = { classified: text, first_selected, unit_and_plan, and_plan };
  return fill(templates.pairs, { ...marks, ...segmentMarks(terms) });
}

/** The same where nobody asks which segments. */
function withoutSegments(terms: QuestionTerms): QuestionTerms {
  return { ...terms, segments: terms.segments.map(() => []) };
}

/** vectors.sql with what the metrics ask of it. */
function vectorsOf(
  terms: QuestionTerms,
  scope: DistinctScope,
  pairs: string,
  columns: Pick<MetricColumns, 'conditions' | 'reach' | 'cells'>,
): string {
  return fill(templates.vectors, {
    ...{ pairs, conversions: conversions(terms, scope), known: known(terms) },
    ...segmentMarks(terms),
    ...columns,
  });
}

/** What stands for a column that a question does not need. */
const unneeded = { id: "''", attributes: "CAST(map(), 'Map(LowCardinality(String), String)')" };

/** The impressions' attributes, where the questions need them. */
export function impressionAttributes(terms: QuestionTerms, segment: Segment): string {
  const filtered =
    segment.length > 0 ||
    terms.segments.some((frozen) => frozen.length > 0) ||
    terms.epochs.some((epoch) => epoch.targeting.length > 0);
  return filtered ? 'attributes' : unneeded.attributes;
}

/** The conversions' ids and attributes, where the questions need them. */
export function conversionMarks(terms: QuestionTerms): { id: string; attributes: string } {
  const sources = terms.metrics.flatMap(({ definition }) => sourcesOf(definition));
  const filtered = sources.some((source) => source.filters.length > 0);
  const last = sources.some((source) => source.aggregation === 'last');
  return { id: last ? 'id' : unneeded.id, attributes: filtered ? 'attributes' : unneeded.attributes };
}

function impressions(terms: QuestionTerms, scope: DistinctScope, segment: Segment, plan: string): string {
  const { rows, units, repeated, tables } = scope;
  const { impressions: asTheyStand, impressionsOnce: once } = templates;
  const marks = {
    ...{ rows, units, plan, attributes: impressionAttributes(terms, segment) },
    // Each row once for each side that knows it.
    impressions_table:
      terms.sides === 1
        ? tables.impressions
        : `(SELECT *, arrayJoin(if(known_before, [0, 1], [0])) AS before FROM ${tables.impressions})`,
  };
  if (repeated.impressions === null) return fill(asTheyStand, { ...marks, ids: '1' });
  return [
    fill(asTheyStand, { ...marks, ids: `id_hash NOT IN (${repeated.impressions})` }),
    fill(once, {
      ...{ ...marks, ids: `id_hash IN (${repeated.impressions})` },
      and_side: terms.sides === 1 ? '' : ', before',
    }),
  ].join(' UNION ALL ');
}

function conversions(terms: QuestionTerms, scope: DistinctScope): string {
  const { rows, repeated } = scope;
  const { conversions: asTheyStand, conversionsOnce: once } = templates;
  const marks = {
    ...{ rows, units: conversionUnits(scope), conversions_table: scope.tables.conversions },
    ...conversionMarks(terms),
  };
  const sides = terms.sides === 1 ? '' : 'if(known_before, 3, 1) AS sides,';
  if (repeated.conversions === null) return fill(asTheyStand, { ...marks, sides, ids: '1' });
  const ids = `id_hash IN (${repeated.conversions})`;
  // Which row of an identity counts may be another one on each side.
  const onEachSide =
    terms.sides === 1
      ? [{ sides: '', rows }]
      : [
          { sides: '1 AS sides,', rows },
          { sides: '2 AS sides,', rows: 'known_before' },
        ];
  return [
    fill(asTheyStand, { ...marks, sides, ids: `id_hash NOT IN (${repeated.conversions})` }),
    ...onEachSide.map((side) => fill(once, { ...marks, ...side, ids })),
  ].join(' UNION ALL ');
}

/** Whether the side of the epoch knows the conversion. */
function known({ sides, epochs }: QuestionTerms): string {
  return sides === 1 ? '1' : `bitTest(sides, epoch > ${epochs.length / 2})`;
}

function conversionUnits(scope: Scope): string {
  return scope.sparse ? `(${scope.units}) AND unit_hash IN (${members(scope)})` : scope.units;
}

function members({ rows, units, tables }: Scope): string {
  return fill(templates.members, { rows, units, impressions_table: tables.impressions });
}

function marksOf(scope: Scope): Record<string, string> {
  const { rows, units, tables } = scope;
  const marks = { impressions_table: tables.impressions, conversions_table: tables.conversions };
  return { ...marks, rows, units, members: members(scope), conversion_units: conversionUnits(scope) };
}
