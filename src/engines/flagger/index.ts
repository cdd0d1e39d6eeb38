export { FlaggerAnswer, FlaggerHook, gateAnswer, rollbackAnswer } from './flagger.ts';
