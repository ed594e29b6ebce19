import type { Clock } from '../base/clock.ts';
import type { Family, Sample } from './exposition.ts';

interface Count {
  readonly route: string;
  readonly status: number;
  value: number;
  /** What all of them took together. */
  ms: number;
}

/** What is done to single keys, by route. */
const KV_ROUTES: ReadonlyMap<string, string> = new Map([
  ['GET /kv/:key*', 'get'],
  ['HEAD /kv/:key*', 'get'],
  ['PUT /kv/:key*', 'put'],
  ['DELETE /kv/:key*', 'delete'],
  ['GET /kv/', 'list'],
]);

/** Counts what was asked, how it was answered and what that took. */
export class Requests {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #counts = new Map<string, Count>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** When a request came, for `count`. */
  now(): number {
    return this.#clock.now();
  }

  /** `route` is the route's key, never what was asked, so that strangers cannot make up new counters. */
  count(route: string, status: number, began: number = this.#clock.now()): void {
    const key = `${status} ${route}`;
    const known = this.#counts.get(key) ?? { route, status, value: 0, ms: 0 };
    known.value += 1;
    known.ms += this.#clock.now() - began;
    this.#counts.set(key, known);
  }

  /** The counters in Prometheus' form. */
  families(): Family[] {
    const all = [...this.#counts.values()];
    const sum = (of: readonly Count[]) => of.reduce((total, { ms }) => total + ms, 0) / 1_000;
    const number = (of: readonly Count[]) => of.reduce((total, { value }) => total + value, 0);
    const keys = all.filter(({ route }) => KV_ROUTES.has(route));
    return [
      counter('opsbro_http_requests_total', 'Requests by route and status.', all.map(requestSample)),
      counter('opsbro_http_seconds_sum', 'What all requests took, those that wait for news included.', [
        { value: sum(all) },
      ]),
      counter('opsbro_http_seconds_count', 'Requests that this is the sum of.', [{ value: number(all) }]),
      counter(
        'opsbro_kv_requests_total',
        'Requests for keys, by what was asked and how it ended.',
        keys.map(keySample),
      ),
      counter('opsbro_kv_seconds_sum', 'What all requests for keys took.', [{ value: sum(keys) }]),
      counter('opsbro_kv_seconds_count', 'Requests for keys that this is the sum of.', [{ value: number(keys) }]),
    ];
  }
}

const requestSample = ({ route, status, value }: Count): Sample => ({
  labels: { route, status: String(status) },
  value,
});

const keySample = ({ route, status, value }: Count): Sample => ({
  labels: { op: `${KV_ROUTES.get(route)}`, result: String(status) },
  value,
});

const counter = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name,
  help,
  type: 'counter',
  samples,
});
