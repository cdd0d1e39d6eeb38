import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 keep to its baseline compiler for the WebAssembly that `load` compiles, and for that alone. Optimising the one
 * function of 100 kB in which Postgres evaluates expressions takes V8 600 MB for two seconds, which is more than the
 * rest of the service; without it statements take up to twice the processor time, which here is a millisecond or two.
 */
export async function withBaselineCode<T>(load: () => Promise<T>): Promise<T> {
  setFlagsFromString('--no-wasm-tier-up');
  setFlagsFromString('--no-wasm-dynamic-tiering');
  try {
    return await load();
  } finally {
    setFlagsFromString('--wasm-tier-up');
    setFlagsFromString('--wasm-dynamic-tiering');
  }
}
