import { pino } from 'pino';
import { Recomputation } from '../../src/attribute/index.ts';
import { insertRows } from './raw-rows.ts';
import { openStores } from './stores.ts';
import { randomStream } from './streams.ts';

const stores = await openStores();
const N = 20;
const streams = Array.from({ length: N }, (_, i) => randomStream(i));
await insertRows(stores.clickhouse, {
  impressions: streams.flatMap((s) => s.impressions),
  conversions: streams.flatMap((s) => s.conversions),
});
const stat = new Map<string, number[]>();
const settings = JSON.parse(process.env.S ?? '{}');
const ch = {
  ...stores.clickhouse,
  query: async (st: any) => {
    const c = process.cpuUsage();
    const t = performance.now();
    const r = await stores.clickhouse.query({ ...st, settings: { ...st.settings, ...settings } });
    const d = process.cpuUsage(c);
    const k = st.sql.slice(0, 60).replace(/\s+/g, ' ');
    const a = stat.get(k) ?? [0, 0, 0, 0];
    a[0]!++;
    a[1]! += performance.now() - t;
    a[2]! += (d.user + d.system) / 1e3;
    a[3]! += st.sql.length;
    stat.set(k, a);
    return r as any;
  },
};
const r = new Recomputation({
  clickhouse: ch as any,
  postgres: stores.postgres,
  logger: pino({ level: 'silent' }),
});
for (const s of streams) await r.run(s.plan, { dataThrough: new Date(s.dataThrough), segment: s.segment });
for (const [k, [n, t, c, l]] of stat)
  console.log(
    k.padEnd(62),
    n,
    (t! / n!).toFixed(0) + ' ms wall',
    (c! / n!).toFixed(0) + ' cpu',
    ((l! / n!) | 0) + ' chars',
  );
await stores.close();
