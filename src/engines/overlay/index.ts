export { etagOfText, FlagdOverlay, overlayOf } from './overlay.ts';
