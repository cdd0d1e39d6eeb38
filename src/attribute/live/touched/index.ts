export { countFreshRows, freshRows } from './fresh-rows.ts';
export { FRESH, MOST_LISTED, type RepeatsAnswer, repeatedOf, type Stretch, Touched } from './touched.ts';
export { type KindsOfRows, kindsOfRows, type RowsOfKind, touchedBuilds } from './touched-builds.ts';
