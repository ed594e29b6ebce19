import type { MetricStore } from '../metrics/metric-store.ts';
import type { KvStore } from '../model/kv.ts';
import type { Health } from './health.ts';
import type { StateStore } from './state-store.ts';

interface Stores {
  readonly state: StateStore;
  readonly kv: KvStore;
  readonly series: MetricStore;
}

const SERIES_TROUBLES = ['store', 'series', 'bytes', 'memory'];

/** Notes that the log cannot be written, or takes that back. */
export function noteLog(health: Health, { failure }: { readonly failure: string }): void {
  if (failure === '') health.clear('log', 'not_written');
  else health.raise('log', 'not_written', failure);
}

/** Notes what is wrong with the stores of the agent now, and takes back what is well again. */
export function noteStores(health: Health, { state, kv, series }: Stores): void {
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
