export { givingWay } from './giving-way.ts';
export { guardedPart } from './guarded-part.ts';
export { Lookahead, type Standing } from './lookahead.ts';
export { MomentsAhead } from './moments-ahead.ts';
