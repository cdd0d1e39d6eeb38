export { ApiClient } from './api-client.ts';
export { replayHillstrom } from './replay-hillstrom.ts';
export { ReplayProgress } from './replay-progress.ts';
