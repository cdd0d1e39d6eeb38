import type { Difference } from './result-parts.ts';
import type { ArmResult, ComparisonResult, MetricResult, Results, Verdict } from './results-document.ts';
import { notation } from './summary.ts';
import { type Cell, type TableColumn, textTable } from './text-table.ts';
import { count, coverage, percent, percentChange, pValue, reasonWords, VERDICT_WORDS } from './words.ts';

/** How wide the terminal is, and whether it shows colour. */
interface TableOptions {
  readonly columns: number;
  readonly colour: boolean;
}

const ICONS: Readonly<Record<Verdict, string>> = {
  better: '✓',
  worse: '✗',
  noClearDifference: '·',
  notEnoughData: '…',
  untrusted: '!',
};

/** Blue and orange as on the page (by direction, not by sign), grey for the unclear; 256-colour codes. */
const COLOURS: Readonly<Record<Verdict, string>> = {
  better: '38;5;32',
  worse: '38;5;208',
  noClearDifference: '90',
  notEnoughData: '90',
  untrusted: '7',
};

const NONE = '–';

const dressed = (code: string, { colour }: TableOptions) =>
  colour ? { dress: (padded: string) => `\u001b[${code}m${padded}\u001b[0m` } : {};

function figure(difference: Difference, write: (x: number) => string): string {
  if (difference.estimate === null) return NONE;
  const ci = difference.ci === null ? '' : ` [${difference.ci.map(write).join(', ')}]`;
  return `${write(difference.estimate)}${ci}`;
}

const columnsOf = (alpha: number): TableColumn[] => [
  { title: 'Metric', align: 'left', expendable: 0 },
  { title: 'Role', align: 'left', expendable: 3 },
  { title: 'Arm', align: 'left', expendable: 0 },
  { title: 'Units', align: 'right', expendable: 2 },
  { title: 'Value', align: 'right', expendable: 0 },
  { title: `Difference [${coverage(alpha)} CI]`, align: 'left', expendable: 4 },
  { title: `Lift [${coverage(alpha)} CI]`, align: 'left', expendable: 0 },
  { title: 'p', align: 'right', expendable: 1 },
  { title: 'Verdict', align: 'left', expendable: 0 },
];

function armCells(metric: MetricResult, arm: ArmResult): Cell[] {
  const value = arm.mean === null ? NONE : notation(metric.type).level(arm.mean);
  return [{ text: arm.variant }, { text: count(arm.units) }, { text: value }];
}

function comparisonCells(metric: MetricResult, comparison: ComparisonResult, options: TableOptions): Cell[] {
  const { verdict, p, absolute, relative } = comparison;
  return [
    { text: figure(absolute, notation(metric.type).change) },
    { text: figure(relative, percentChange) },
    { text: p === null ? NONE : pValue(p) },
    { text: `${ICONS[verdict]} ${VERDICT_WORDS[verdict]}`, ...dressed(COLOURS[verdict], options) },
  ];
}

/** Which quantile, and whether its figures are exact. */
function quantileWords({ detail }: MetricResult): string {
  if (detail?.kind !== 'quantile') return '';
  const { quantile, sketch } = detail;
  return ` (quantile ${quantile}${sketch === null ? '' : `, ±${percent(sketch.relativeError)}`})`;
}

function metricRows(metric: MetricResult, options: TableOptions): Cell[][] {
  const adjusted = metric.comparisons.some((comparison) => comparison.covariate !== null);
  const among = metric.among === 'unitsWithEvent' ? ' (among units with an event)' : '';
  const name = [
    { text: `${metric.metric}${adjusted ? ' (CUPED)' : ''}${among}${quantileWords(metric)}` },
    { text: metric.role },
  ];
  if (metric.status === 'failed')
    return [
      [
        ...name,
        { text: NONE },
        { text: NONE },
        { text: NONE },
        { text: 'failed' },
        { text: 'failed' },
        { text: NONE },
        { text: '! Failed' },
      ],
    ];
  return metric.arms.map((arm, index) => {
    const comparison = metric.comparisons.find(({ variant }) => variant === arm.variant);
    return [
      ...(index === 0 ? name : [{ text: '' }, { text: '' }]),
      ...armCells(metric, arm),
      ...(comparison === undefined ? [] : comparisonCells(metric, comparison, options)),
    ];
  });
}

function sampleRatioLine({ sampleRatio }: Results, options: TableOptions): string {
  const { status, p, chiSquare, units } = sampleRatio;
  const counts =
    units === null
      ? ''
      : ` · units ${Object.entries(units)
          .map(([variant, n]) => `${variant} ${count(n)}`)
          .join(', ')}`;
  if (status === 'unknown')
    return `Sample ratio: unknown (${reasonWords(sampleRatio.reason ?? 'no-impressions')})${counts}`;
  // Units in an arm that should have none have no finite χ².
  const figures = `χ² ${chiSquare === null ? '∞' : chiSquare.toFixed(3)}, p ${p === null ? NONE : pValue(p)}`;
  if (status === 'ok') return `Sample ratio: ok (${figures})${counts}`;
  const { dress = (text: string) => text } = dressed(COLOURS.untrusted, options);
  return `${dress('Sample ratio: mismatch')} (${figures})${counts}. The arms do not fit their weights: no verdict is given.`;
}

/** Which units it is of, where not of all. */
function segmentOf({ segment, segmentValue }: Results): string {
  if (segmentValue !== null) {
    const { attribute, value } = segmentValue;
    return value === null ? ` · any other ${attribute}` : ` · ${attribute} ${JSON.stringify(value)}`;
  }
  return segment === null ? '' : ` · segment ${segment}`;
}

/** `2026-01-31 12:00:00 UTC` */
const utc = (instant: string): string => `${instant.slice(0, 19).replace('T', ' ')} UTC`;

/**
 * A scorecard as a table for a terminal: every metric and arm, the difference and the lift with their intervals, p and
 * verdict, then the sample ratio and how far the data reach. On a narrow terminal whole columns give way.
 */
export function formatScorecardTable(results: Results, options: TableOptions): string {
  const segment = segmentOf(results);
  const against = results.control === null ? '' : ` · against ${results.control}`;
  const windows = results.windows === 'closed' ? ' · closed windows' : '';
  const title = `${results.experiment}${segment}${windows}${against}`;
  const rows = results.metrics.flatMap((metric) => metricRows(metric, options));
  const failed = results.metrics
    .filter((metric) => metric.status === 'failed')
    .map((metric) => `${metric.metric} failed: ${metric.reason ?? 'for an unknown reason'}`);
  const dataThrough =
    results.dataThrough === null
      ? `No data: ${reasonWords(results.reason ?? 'no-scorecard-yet')}.`
      : `Data through ${utc(results.dataThrough)} · ${results.method} horizon · scorecard ${results.scorecardId}`;
  return [
    title,
    '',
    ...(rows.length === 0 ? [] : [...textTable(columnsOf(results.alpha ?? 0.05), rows, options.columns), '']),
    ...failed,
    sampleRatioLine(results, options),
    dataThrough,
    '',
  ].join('\n');
}
