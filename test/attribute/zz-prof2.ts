import { pino } from 'pino';
import { Recomputation } from '../../src/attribute/index.ts';
import { insertRows } from './raw-rows.ts';
import { openStores } from './stores.ts';
import { randomStream } from './streams.ts';

const stores = await openStores();
const s = randomStream(Number(process.env.SEED ?? 7));
await insertRows(stores.clickhouse, s);
let last: any;
const ch = {
  query: async (st: any) => {
    if (st.sql.includes('AS m0') && st.sql.includes('AS units')) last = st;
    return stores.clickhouse.query(st);
  },
};
const r = new Recomputation({
  clickhouse: ch as any,
  postgres: stores.postgres,
  logger: pino({ level: 'silent' }),
});
await r.run(s.plan, { dataThrough: new Date(s.dataThrough), segment: s.segment });
if (process.env.SHOW) console.log(last.sql, '');
async function time(label: string, pre: string, settings = {}) {
  const n = 10;
  const c0 = process.cpuUsage();
  const t = performance.now();
  for (let i = 0; i < n; i++)
    await stores.clickhouse
      .query({ ...last, sql: pre + last.sql, settings: { ...last.settings, ...settings } })
      .catch((e: any) => console.log(e.cause?.message?.slice(0, 300)));
  const d = process.cpuUsage(c0);
  console.log(
    label.padEnd(40),
    ((performance.now() - t) / n).toFixed(1),
    'cpu',
    ((d.user + d.system) / 1e3 / n).toFixed(1),
  );
}
if (process.env.SHOW) process.exit(0);
await time('full', '');
await time('explain ast', 'EXPLAIN AST ');
await time('query tree passes', 'EXPLAIN QUERY TREE ');
await time('plan', 'EXPLAIN PLAN ');
await time('pipeline', 'EXPLAIN PIPELINE ');
const nojit = { compile_expressions: 0, compile_aggregate_expressions: 0 };
await time('nojit', '', nojit);
await time('nojit t1', '', { ...nojit, max_threads: 1 });
for (const [k, v] of Object.entries({
  query_plan_enable_optimizations: 0,
  enable_join_runtime_filters: 0,
  query_plan_optimize_join_order_limit: 0,
  optimize_aggregators_of_group_by_keys: 0,
  query_plan_merge_expressions: 0,
  use_query_condition_cache: 0,
  query_plan_filter_push_down: 0,
  query_plan_convert_outer_join_to_inner_join: 0,
  query_plan_optimize_lazy_materialization: 0,
  enable_global_with_statement: 0,
  query_plan_merge_filters: 0,
  optimize_extract_common_expressions: 0,
  query_plan_optimize_prewhere: 0,
  query_plan_remove_unused_columns: 0,
  allow_reorder_prewhere_conditions: 0,
  query_plan_aggregation_in_order: 0,
  query_plan_execute_functions_after_sorting: 0,
  query_plan_lift_up_union: 0,
  optimize_rewrite_sum_if_to_count_if: 0,
  optimize_arithmetic_operations_in_aggregate_functions: 0,
  optimize_injective_functions_in_group_by: 0,
  optimize_rewrite_aggregate_function_with_if: 0,
  optimize_functions_to_subcolumns: 0,
  query_plan_use_new_logical_join_step: 0,
} as const))
  await time(k, '', { ...nojit, [k]: v });
await stores.close();
