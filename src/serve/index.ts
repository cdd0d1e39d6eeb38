export { RESULTS_CSV_HEADER, resultsCsv } from './results-csv.ts';
export { ServeModule } from './serve.module.ts';
