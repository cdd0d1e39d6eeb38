export { Cursors } from './cursors.ts';
export { Lease } from './lease.ts';
