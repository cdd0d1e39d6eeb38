import type { Verdict } from './results-document.ts';

const MINUS = '\u2212';

/** The words people read for each verdict. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  better: 'Better',
  worse: 'Worse',
  noClearDifference: 'No clear difference yet',
  notEnoughData: 'Not enough data',
  untrusted: 'Can’t trust',
};

const REASON_WORDS: Readonly<Record<string, string>> = {
  'no-impressions': 'no eligible impression yet',
  'no-units': 'no units yet',
  'one-segment': 'fewer than two values with enough units',
  'one-unit': 'a single unit in an arm',
  'no-common-stratum': 'the arms were never open in the same epoch',
  'one-arm': 'only one arm receives units',
  'zero-variance': 'units do not differ',
  'no-events': 'no unit has the event',
  'all-events': 'every unit has the event',
  'zero-denominator': 'the denominator is 0',
  'denominator-may-be-zero': 'the denominator cannot be told from 0',
  overflow: 'the numbers are too large',
  'no-weights': 'all weights are 0',
  'too-few-units': 'too few units for the order statistics around it',
  'no-closed-window': 'no unit’s window has closed yet',
  'beyond-follow-up': 'nobody was watched to the end of the window yet',
  'no-scorecard-yet': 'no scorecard yet',
  'moments-differ': 'its moments were not what raw rows give, and are being made anew',
  'sample-ratio-mismatch': 'the arms’ unit counts do not fit their weights',
  'sample-ratio-unknown': 'whether the arms’ unit counts fit their weights is unknown',
};

/** A reason code as words; a code without words of its own is spelt out. */
export function reasonWords(reason: string): string {
  return REASON_WORDS[reason] ?? reason.replaceAll('-', ' ');
}

function grouped(digits: string): string {
  const [whole = '', fraction] = digits.split('.');
  const thousands = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? thousands : `${thousands}.${fraction}`;
}

/** |x| with about three significant digits, whole from 100 on; exponents only where a decimal would not fit. */
function magnitude(x: number): string {
  const size = Math.abs(x);
  if (size === 0) return '0';
  if (size >= 1e15 || size < 1e-4) return size.toExponential(2).replace('-', MINUS).replace('+', '');
  if (size >= 99.95) return grouped(size.toFixed(0));
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(size)));
  return size.toFixed(decimals);
}

/** `0.653`, `−1.2`: a level, signed only below zero. */
export function level(x: number): string {
  return x < 0 ? MINUS + magnitude(x) : magnitude(x);
}

/** `+0.767`, `−1.2`, `0`: a change, always signed, with U+2212. */
export function change(x: number): string {
  return x > 0 ? `+${magnitude(x)}` : level(x);
}

function points(x: number): string {
  const size = Math.abs(x * 100);
  const decimals = size === 0 || size >= 0.95 ? 1 : Math.min(6, 1 - Math.floor(Math.log10(size)));
  return grouped(size.toFixed(decimals));
}

/** A rate as `12.4 %`. */
export function percent(x: number): string {
  return `${x < 0 ? MINUS : ''}${points(x)} %`;
}

/** A relative change as `+3.1 %`. */
export function percentChange(x: number): string {
  return `${x > 0 ? '+' : x < 0 ? MINUS : ''}${points(x)} %`;
}

/** A difference of rates as `+0.4 pp`. */
export function pointsChange(x: number): string {
  return `${x > 0 ? '+' : x < 0 ? MINUS : ''}${points(x)} pp`;
}

/** `0.012`, `<0.001`, `>0.999`: never 0 and never 1. */
export function pValue(p: number): string {
  if (p < 0.001) return '<0.001';
  return p >= 0.9995 ? '>0.999' : p.toFixed(3);
}

/** `95 %`: what intervals at this alpha cover. */
export function coverage(alpha: number): string {
  return `${Number(((1 - alpha) * 100).toFixed(4))} %`;
}

/** `64,000`: a count. */
export function count(n: number): string {
  return grouped(n.toFixed(0));
}
