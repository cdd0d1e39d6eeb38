/** Makes the README's picture of terminal output: `npm start | tee out.txt`, then `node scripts/picture.ts < out.txt > docs/scorecard.svg`. */
import { readFileSync } from 'node:fs';

const LINE_PX = 19;
const COLUMN_PX = 8.1;
const MARGIN_PX = 18;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const lines = readFileSync(0, 'utf8').trimEnd().split('\n');
const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * COLUMN_PX) + 2 * MARGIN_PX;
const height = lines.length * LINE_PX + 2 * MARGIN_PX;
const rows = lines.map((line, index) => {
  // Blue is "better" in the results' own palette, lightened for a dark ground.
  const coloured = escaped(line).replace(/✓ Better/, '<tspan fill="#6cb6e8">✓ Better</tspan>');
  return `  <text x="${MARGIN_PX}" y="${MARGIN_PX + (index + 1) * LINE_PX - 5}">${coloured}</text>`;
});
process.stdout.write(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>Terminal output of the first npm start: a scorecard</title>
  <style>text { font: 13.5px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: #e6e6e6; white-space: pre; }</style>
  <rect width="100%" height="100%" rx="8" fill="#16181d"/>
${rows.join('\n')}
</svg>
`);
