import { mkdtempSync, rmSync } from 'node:fs';
import { pino } from 'pino';
import { Recomputation } from '../../src/attribute/index.ts';
import { openEmbeddedClickHouse } from '../../src/stores/clickhouse/index.ts';
import { metrics, plan } from './experiment.ts';
const clickhouse = await openEmbeddedClickHouse({ directory: '/tmp/assay-bench-scorecard' });
const rows = metrics.map((m, i) => ({ metric: m.definition.key, metric_version: 1, version: 1, centre: [12.5, 50], centre_units: 100000, caps: {} }));
const postgres: any = { query: async (sql: string) => (sql.includes('DISTINCT') ? rows : [{ version: 2 }]) };
const stat = new Map<string, number[]>();
let lastM: any;
const ch: any = { query: async (st: any) => { const c=process.cpuUsage(); const t=performance.now(); if (st.sql.includes('AS m0')) lastM = st; const r = await clickhouse.query(st); const d=process.cpuUsage(c); const k = st.sql.slice(0,60).replace(/\s+/g,' '); const a = stat.get(k) ?? [0,0,0]; a[0]!++; a[1]! += performance.now()-t; a[2]! += (d.user+d.system)/1e3; stat.set(k,a); return r; } };
const r = new Recomputation({ clickhouse: ch, postgres, logger: pino({level:'warn'}), slice: { impressions: Number(process.env['SI'] ?? 2e6), conversions: Number(process.env['SC'] ?? 6e6), listed: 2000 } });
for (let i=0;i<Number(process.env['N'] ?? 2);i++) { stat.clear(); const t=performance.now(), c=process.cpuUsage(); await r.run(plan, { dataThrough: new Date('2026-03-01') }); const d=process.cpuUsage(c); console.log('total', ((performance.now()-t)/1e3).toFixed(2), 'cpu', ((d.user+d.system)/1e6).toFixed(2)); }
for (const [k,[n,t,c]] of stat) console.log(k.padEnd(62), n, (t!/1e3).toFixed(2)+' s wall', (c!/1e3).toFixed(2)+' cpu');
if (process.env['VAR']) { const vars = JSON.parse(process.env['VAR']); for (const [from,to] of vars) { const sql = from ? lastM.sql.replaceAll(from,to) : lastM.sql; const c=process.cpuUsage(), t=performance.now(); for (let i=0;i<2;i++) await clickhouse.query({...lastM, sql}).catch((e:any)=>console.log(e.cause?.message?.slice(0,300))); const d=process.cpuUsage(c); console.log(((performance.now()-t)/2e3).toFixed(2), 'cpu', ((d.user+d.system)/2e6).toFixed(2), from.slice(0,70), '→', to.slice(0,40)); } }
await clickhouse.close();
