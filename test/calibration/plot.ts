import { figureOf, standardErrorOf } from './measurement.ts';
import type { PlotPoint } from './scenario.ts';

/** A picture of measured rates over something. */
export interface Plot {
  /** Of the file, without its ending; the points name it. */
  readonly name: string;
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly scale: 'linear' | 'log';
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  /** A share that all is measured by: α, or the confidence. */
  readonly reference: number | null;
}

const WIDTH = 720;
const HEIGHT = 420;
const BOX = { left: 70, right: 700, top: 50, bottom: 350 } as const;
/** Okabe & Ito's colours, told apart by most eyes. */
const COLOURS = ['#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9'] as const;

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const at = (pixels: number) => pixels.toFixed(1);

/** The plot as an SVG document: a line per series with three standard errors on both sides of each point. */
export function renderPlot(plot: Plot, points: readonly PlotPoint[]): string {
  const measure = plot.scale === 'log' ? Math.log : (x: number) => x;
  const toX = scaleBetween(plot.xTicks.map(measure), BOX.left, BOX.right);
  const x = (value: number) => toX(measure(value));
  const y = scaleBetween(plot.yTicks, BOX.bottom, BOX.top);
  const series = [...new Set(points.map((point) => point.series))];
  const lines = series.map((name, i) => {
    const colour = COLOURS[i % COLOURS.length] ?? COLOURS[0];
    return renderSeries(
      points.filter((point) => point.series === name),
      colour,
      x,
      y,
    );
  });
  const legend = series.map((name, i) => {
    const top = HEIGHT - 14;
    const left = BOX.left + 160 * i;
    const colour = COLOURS[i % COLOURS.length] ?? COLOURS[0];
    return `<rect x="${left}" y="${top - 9}" width="10" height="10" fill="${colour}"/><text x="${left + 16}" y="${top}">${escaped(name)}</text>`;
  });
  const reference =
    plot.reference === null
      ? []
      : [
          `<line x1="${BOX.left}" x2="${BOX.right}" y1="${at(y(plot.reference))}" y2="${at(y(plot.reference))}" stroke="#555" stroke-dasharray="5 4"/>`,
        ];
  const body = [...axes(plot, x, y), ...reference, ...lines, ...legend];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">
<title>${escaped(plot.title)}</title>
<style>text { font: 12px system-ui, sans-serif; fill: #222; }</style>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${BOX.left}" y="28" style="font-size: 15px; font-weight: 600">${escaped(plot.title)}</text>
${body.join('\n')}
</svg>
`;
}

function scaleBetween(values: readonly number[], from: number, to: number): (value: number) => number {
  const least = Math.min(...values);
  const span = Math.max(...values) - least;
  return (value) => from + ((value - least) / span) * (to - from);
}

function axes(plot: Plot, x: (value: number) => number, y: (value: number) => number): readonly string[] {
  const across = plot.yTicks.map(
    (tick) =>
      `<line x1="${BOX.left}" x2="${BOX.right}" y1="${at(y(tick))}" y2="${at(y(tick))}" stroke="#e3e3e3"/><text x="${BOX.left - 8}" y="${at(y(tick) + 4)}" text-anchor="end">${Number((100 * tick).toFixed(1))} %</text>`,
  );
  const along = plot.xTicks.map(
    (tick) =>
      `<line x1="${at(x(tick))}" x2="${at(x(tick))}" y1="${BOX.bottom}" y2="${BOX.bottom + 5}" stroke="#888"/><text x="${at(x(tick))}" y="${BOX.bottom + 19}" text-anchor="middle">${tick}</text>`,
  );
  return [
    ...across,
    ...along,
    `<text x="${(BOX.left + BOX.right) / 2}" y="${BOX.bottom + 36}" text-anchor="middle">${escaped(plot.x)}</text>`,
    `<text x="${-(BOX.top + BOX.bottom) / 2}" y="16" text-anchor="middle" transform="rotate(-90)">${escaped(plot.y)}</text>`,
  ];
}

function renderSeries(
  points: readonly PlotPoint[],
  colour: string,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const path = points.map((point) => `${at(x(point.x))},${at(y(figureOf(point.measurement)))}`).join(' ');
  const marks = points.map((point) => {
    const value = figureOf(point.measurement);
    const spread = 3 * standardErrorOf(point.measurement);
    const px = at(x(point.x));
    return `<line x1="${px}" x2="${px}" y1="${at(y(value - spread))}" y2="${at(y(value + spread))}" stroke="${colour}"/><circle cx="${px}" cy="${at(y(value))}" r="3" fill="${colour}"/>`;
  });
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>\n${marks.join('\n')}`;
}
