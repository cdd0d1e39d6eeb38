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

const full: string = lastM.sql;
const inner = full.slice(full.indexOf('FROM (SELECT epoch')+6, full.lastIndexOf(')\nGROUP BY'));
const vectors = inner.slice(inner.indexOf('FROM (SELECT\n')+6, inner.length-1);
const pairs = full.slice(full.indexOf('SELECT\n    unit_hash,\n    entry.1'), full.indexOf('ARRAY JOIN entries AS entry')+27);
const classified = pairs.slice(pairs.indexOf('FROM (SELECT\n    unit_hash, content_hash')+6, pairs.indexOf(')\n            WHERE left_out = 0'));
const tests: Record<string,string> = { full, inner: `select count(), sum(u0_0), sum(u1_1), sum(u19_1) from (${inner})`, innerall: `select count(), ${[...Array(20).keys()].map(i=>`sum(u${i}_0), sum(u${i}_1)`).join(',')} from (${inner})`, vectors: `select count(), sum(cell_0), sum(cell_10) from (${vectors})`, vectorsall: `select count(), ${[...Array(30).keys()].map(i=>`sum(cell_${i})`).join(',')} from (${vectors})`, pairs: `select count(), sum(arm), sum(first) from (${pairs})`, classified: `select count(), sum(epoch), sum(arm) from (${classified}) where left_out=0`,
grouped: full.replace('GROUP BY epoch, is_new, cohort_day, arm ','').replace(/GROUP BY epoch, is_new, cohort_day, arm$/,'GROUP BY bitOr(bitShiftLeft(toUInt64(epoch),32), bitOr(bitShiftLeft(toUInt64(is_new),31),bitOr(bitShiftLeft(toUInt64(cohort_day),8), toUInt64(arm))))').replace('SELECT epoch, is_new, cohort_day, arm, count()','SELECT count()') };
for (const [k,q] of Object.entries(tests)) { if (process.env['K'] && !k.includes(process.env['K'])) continue; let best=1e9, bw=1e9; for (let i=0;i<3;i++) { const c=process.cpuUsage(), t=performance.now(); await clickhouse.query({...lastM, sql: q, settings: {...lastM.settings, ...JSON.parse(process.env['S'] ?? '{}')}}).catch((e:any)=>console.log(e.cause?.message?.slice(0,300))); const d=process.cpuUsage(c); best=Math.min(best,(d.user+d.system)/1e6); bw=Math.min(bw,performance.now()-t);} console.log(k.padEnd(20), 'cpu', (best*7).toFixed(2), 'wall', (bw*7/1e3).toFixed(2)); }
await clickhouse.close();
