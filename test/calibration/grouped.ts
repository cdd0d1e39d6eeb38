/** 20 000 with a narrow space that does not break; four digits too. */
export function grouped(value: number): string {
  return `${value}`.replace(/\B(?=(\d{3})+$)/g, '\u202f');
}
