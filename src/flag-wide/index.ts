export { FlagWideLoop } from './flag-wide-loop.ts';
