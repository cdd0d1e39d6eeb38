/** A figure for a sentence: four digits, no exponent where it can be helped. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}

export function percent(value: number): string {
  return `${figure(value * 100)} %`;
}

export function joined(texts: readonly string[]): string {
  return texts.length <= 1
    ? (texts[0] ?? '')
    : `${texts.slice(0, -1).join(', ')} and ${texts[texts.length - 1]}`;
}
