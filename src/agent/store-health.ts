import type { MetricStore } from '../metrics/metric-store.ts';
import type { KvStore } from '../model/kv.ts';
import type { Health } from './health.ts';
import type { StateStore } from './state-store.ts';
import type { World } from './world.ts';

interface Stores {
  readonly state: StateStore;
  readonly kv: KvStore;
  readonly series: MetricStore;
}

const SERIES_TROUBLES = ['store', 'series', 'bytes', 'memory'];

/** How the agent is now, also by what only tells when it is asked: its stores, its log and its parts. */
export function healthReport(
  { health, log, supervisor }: Pick<World, 'health' | 'log' | 'supervisor'>,
  stores: Stores,
) {
  supervisor.records();
  noteLog(health, log);
  noteStores(health, stores);
  return health.report();
}

function noteLog(health: Health, { failure }: { readonly failure: string }): void {
  if (failure === '') health.clear('log', 'not_written');
  else health.raise('log', 'not_written', failure);
}

/** What is well again is taken back. */
function noteStores(health: Health, { state, kv, series }: Stores): void {
  if (state.failure === '') health.clear('state', 'not_written');
  else health.raise('state', 'not_written', state.failure, 'failed');
  const { state: kvState, error } = kv.stats();
  if (kvState === 'ok') health.clear('kv', 'store');
  else health.raise('kv', 'store', error);
  const { troubles } = series.stats();
  for (const code of SERIES_TROUBLES) {
    const text = troubles.get(code);
    if (text === undefined) health.clear('metrics', code);
    else health.raise('metrics', code, text);
  }
}
