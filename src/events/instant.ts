const DAY_MS = 86_400_000;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const LONGEST = 40;

/**
 * Milliseconds since the Unix epoch of an RFC 3339 date-time, or null where the text is none: every field is checked,
 * so that the 30th of February, 24:00 and a date without an offset are refused. Digits beyond the millisecond are cut
 * off. A leap second (23:59:60 UTC on the last day of a month) is the last millisecond of its day, so that it stays in it.
 */
export function parseInstant(text: string): number | null {
  const length = text.length;
  if (length < 20 || length > LONGEST || !separatorsFit(text)) return null;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const hour = digits(text, 11, 13);
  const minute = digits(text, 14, 16);
  const second = digits(text, 17, 19);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return null;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return null;
  const end = fractionEnd(text);
  if (end < 0) return null;
  const offsetMinutes = offset(text, end);
  if (offsetMinutes === null) return null;
  const minuteStart =
    daysSinceEpoch(year, month, day) * DAY_MS + (hour * 60 + minute - offsetMinutes) * 60_000;
  if (second === 60) return isLastMinuteOfMonth(minuteStart) ? minuteStart + 59_999 : null;
  return minuteStart + second * 1000 + milliseconds(text, end);
}

function separatorsFit(text: string): boolean {
  const t = text.charCodeAt(10) | 0x20;
  return (
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(7) === 45 &&
    t === 116 &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(16) === 58
  );
}

/** The number in [from, to), or a negative one where a character is no digit. */
function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Where the seconds' fraction ends (19 without one), or −1 where a point has no digits behind it. */
function fractionEnd(text: string): number {
  if (text.charCodeAt(19) !== 46) return 19;
  let end = 20;
  while (end < text.length && digits(text, end, end + 1) >= 0) end += 1;
  return end === 20 ? -1 : end;
}

function milliseconds(text: string, end: number): number {
  let value = 0;
  for (let i = 20; i < 23; i++) value = value * 10 + (i < end ? text.charCodeAt(i) - 48 : 0);
  return value;
}

/** Minutes east of UTC; null where the rest of the text is neither Z nor ±hh:mm. */
function offset(text: string, from: number): number | null {
  const first = text.charCodeAt(from);
  if ((first | 0x20) === 122) return text.length === from + 1 ? 0 : null;
  if ((first !== 43 && first !== 45) || text.length !== from + 6 || text.charCodeAt(from + 3) !== 58)
    return null;
  const hours = digits(text, from + 1, from + 3);
  const minutes = digits(text, from + 4, from + 6);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return null;
  return (first === 45 ? -1 : 1) * (hours * 60 + minutes);
}

function daysInMonth(year: number, month: number): number {
  if (month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) return 29;
  return DAYS_IN_MONTH[month - 1] ?? 0;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar, years counted from March so that leap days come last. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function isLastMinuteOfMonth(minuteStart: number): boolean {
  const next = new Date(minuteStart + 60_000);
  return next.getUTCDate() === 1 && next.getUTCHours() === 0 && next.getUTCMinutes() === 0;
}
