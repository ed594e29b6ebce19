import type { Host } from '../../src/net/host.ts';
import type { Collect } from '../../src/plugins/kinds.ts';
import type { SimulatedClock } from './clock.ts';
import { never } from './host.ts';

/** Runs a collector once and lets pass the time that it waits for. */
export async function look(collect: Collect, host: Host): Promise<Awaited<ReturnType<Collect>>> {
  const looking = collect(host, never);
  // Whoever asked hears of a failure below, not before.
  looking.catch(() => {});
  await (host.clock as SimulatedClock).runAsync(2_000);
  return await looking;
}
