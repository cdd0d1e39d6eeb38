import type { Breakdown } from './breakdown-document.ts';
import { notation } from './summary.ts';
import { type Cell, type TableColumn, textTable } from './text-table.ts';
import { count, coverage, pValue, reasonWords } from './words.ts';

const NONE = '–';

type Metric = Breakdown['metrics'][number];
type Comparison = Metric['comparisons'][number];

const columnsOf = ({ attribute, alpha }: Breakdown): TableColumn[] => [
  { title: attribute, align: 'left', expendable: 0 },
  { title: 'Units', align: 'right', expendable: 2 },
  { title: `Difference [${coverage(alpha)} CI]`, align: 'left', expendable: 0 },
  { title: 'p', align: 'right', expendable: 1 },
  { title: `Shrunken [${coverage(alpha)} CI]`, align: 'left', expendable: 3 },
];

/** A breakdown as tables for a terminal, one for each metric and comparison, without colours: it has no verdicts. */
export function formatBreakdownTable(
  breakdown: Breakdown,
  { columns }: { readonly columns: number },
): string {
  const tables = breakdown.metrics.flatMap((metric) =>
    metric.status === 'failed'
      ? [`${metric.metric} failed: ${metric.reason ?? 'for an unknown reason'}`, '']
      : metric.comparisons.flatMap((comparison) => [
          `${metric.metric} (${metric.role}): ${comparison.variant} against ${breakdown.control}`,
          ...textTable(columnsOf(breakdown), rowsOf(metric, comparison), columns),
          heterogeneityLine(comparison),
          '',
        ]),
  );
  const mismatches = breakdown.values
    .filter(({ sampleRatio }) => sampleRatio.status === 'mismatch')
    .map(({ value }) => `Sample ratio: mismatch among ${nameOf(value)}; its figures cannot be trusted.`);
  return [
    `${breakdown.experiment} by ${breakdown.attribute} at the first impression`,
    '',
    ...tables,
    ...mismatches,
    breakdown.falseAlarms.summary,
    `Data through ${breakdown.dataThrough.slice(0, 19).replace('T', ' ')} UTC`,
    '',
  ].join('\n');
}

/** Values are data: anything that would move a terminal's cursor is escaped. */
function nameOf(value: string | null): string {
  if (value === null) return 'all others';
  const text = JSON.stringify(value).replaceAll(
    /\p{Cc}/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return /^"[\p{L}\p{N}_.-]+"$/u.test(text) ? value : text;
}

function rowsOf({ type }: Metric, { segments }: Comparison): Cell[][] {
  const { change } = notation(type);
  const figure = (estimate: number | null, ci: readonly number[] | null) =>
    estimate === null ? NONE : `${change(estimate)}${ci === null ? '' : ` [${ci.map(change).join(', ')}]`}`;
  return segments.map(({ value, units, absolute, p, shrunken }) => [
    { text: nameOf(value) },
    { text: count(units.control + units.treatment) },
    { text: figure(absolute.estimate, absolute.ci) },
    { text: p === null ? NONE : pValue(p) },
    { text: figure(shrunken.estimate, shrunken.ci) },
  ]);
}

function heterogeneityLine({ heterogeneity }: Comparison): string {
  const { segments, q, df, p, reason } = heterogeneity;
  if (q === null || p === null) return `Heterogeneity: unknown (${reasonWords(reason ?? 'one-segment')})`;
  return `Heterogeneity of ${segments}: Q ${q.toFixed(2)} on ${df}, p ${pValue(p)}`;
}
