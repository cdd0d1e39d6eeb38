import { grouped } from './grouped.ts';
import { figureOf, type Measurement, standardErrorOf } from './measurement.ts';
import { plots } from './plots.ts';
import type { Finding, Result } from './run-scenario.ts';
import type { Expectation, Scenario } from './scenario.ts';

/** Where each picture stands: under the method whose scenarios made its points. */
const PICTURE_FOLDER = 'calibration';

/** The whole report in Markdown: per method its scenarios, one table and what has to be said of it. */
export function renderReport(
  scenarios: readonly Scenario[],
  results: ReadonlyMap<string, Result>,
  head: string,
): string {
  const methods = [...new Set(scenarios.map(({ method }) => method))];
  const sections = methods.map((method) => {
    const own = scenarios.flatMap((scenario) => {
      const result = results.get(scenario.name);
      return scenario.method === method && result !== undefined ? [{ scenario, result }] : [];
    });
    return own.length === 0 ? '' : renderMethod(method, own);
  });
  return `${[head, ...sections.filter(Boolean)].join('\n\n')}\n`;
}

function renderMethod(
  method: string,
  own: readonly { readonly scenario: Scenario; readonly result: Result }[],
): string {
  const about = own.map(({ scenario }) => `- \`${scenario.name}\`: ${scenario.about}`);
  const rows = own.flatMap(({ scenario, result }) =>
    result.findings.map((finding) => renderRow(scenario.name, finding, result.seed)),
  );
  const notes = own.flatMap(({ result }) =>
    result.findings.flatMap(({ says, note }) => (note === undefined ? [] : [`**${says}.** ${note}`])),
  );
  const pictures = plots
    .filter((plot) => own.some(({ result }) => result.points.some((point) => point.plot === plot.name)))
    .map((plot) => `![${plot.title}](${PICTURE_FOLDER}/${plot.name}.svg)`);
  const table = [
    '| claim | holds if | design | measured ± 3 se | | repetitions | seed |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ];
  return [`## ${method}`, about.join('\n'), table.join('\n'), ...notes, ...pictures].join('\n\n');
}

function renderRow(name: string, finding: Finding, seed: number): string {
  const { says, expected, design, measurement } = finding;
  const verdict = expected.kind === 'shown' ? '' : finding.agrees ? '✓' : '✗';
  const cells = [
    `${says} (\`${name}\`)`,
    renderExpectation(expected, measurement.kind),
    design ?? '',
    renderMeasurement(measurement),
    verdict,
    grouped(measurement.repetitions),
    `${seed}`,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** What is to hold, as the table says it. */
export function renderExpectation(expected: Expectation, kind: Measurement['kind']): string {
  const show = (figure: number, unit = 0.001) => renderFigure(figure, kind, unit);
  switch (expected.kind) {
    case 'equals': {
      const { figure, unit } = expected;
      const digit = 10 ** Math.floor(Math.log10(unit) + 1e-9);
      const last = Math.min(digit, kind === 'rate' ? 0.001 : 1);
      // Known to less than the last digit that is shown: say so.
      return unit > 1.5 * last ? `${show(figure, last)} ± ${show(unit / 2, last / 10)}` : show(figure, last);
    }
    case 'at-most':
      return `≤ ${show(expected.bound)}`;
    case 'at-least':
      return `≥ ${show(expected.bound)}`;
    case 'between':
      return `${show(expected.low)} – ${show(expected.high)}`;
    case 'shown':
      return '';
  }
}

/** `4.96 % ± .15 %`, or `1 243 ± 41`. */
export function renderMeasurement(measurement: Measurement): string {
  const spread = 3 * standardErrorOf(measurement);
  const figure = figureOf(measurement);
  if (measurement.kind === 'rate' && measurement.hits === 0)
    return `none of ${grouped(measurement.repetitions)}`;
  // Two digits of the error, and as many of the figure.
  const unit = spread / 10;
  return `${renderFigure(figure, measurement.kind, unit)} ± ${renderFigure(spread, measurement.kind, unit)}`;
}

/** A figure to the last digit of its unit. */
function renderFigure(figure: number, kind: Measurement['kind'], unit: number): string {
  const scale = kind === 'rate' ? 100 : 1;
  const digits = unit > 0 ? Math.max(0, Math.min(6, Math.ceil(-Math.log10(unit * scale) - 1e-9))) : 0;
  const scaled = figure * scale;
  const text = Math.abs(scaled) >= 1000 ? grouped(Math.round(scaled)) : scaled.toFixed(digits);
  return kind === 'rate' ? `${text} %` : text;
}
