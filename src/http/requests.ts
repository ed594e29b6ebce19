import type { Clock } from '../base/clock.ts';
import { Histogram } from '../base/histogram.ts';
import type { Family, Sample } from './exposition.ts';
import { histogramFamily } from './histogram-family.ts';

interface Count {
  readonly route: string;
  readonly status: number;
  /** What it took is told there. */
  readonly times: readonly Histogram[];
  value: number;
}

/** What is done to single keys, by route. */
const KV_ROUTES: ReadonlyMap<string, string> = new Map([
  ['GET /kv/:key*', 'get'],
  ['HEAD /kv/:key*', 'get'],
  ['PUT /kv/:key*', 'put'],
  ['DELETE /kv/:key*', 'delete'],
  ['GET /kv/', 'list'],
]);

const RENDER_ROUTE = /^(?:GET|POST) (?:\/graphite)?\/render\/?$/;

/** Counts what was asked, how it was answered and what that took. */
export class Requests {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #counts = new Map<string, Count>();
  readonly #all = new Histogram();
  readonly #keys = new Histogram();
  readonly #charts = new Histogram();

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
    const known = this.#counts.get(key) ?? { route, status, times: this.#timesOf(route), value: 0 };
    known.value += 1;
    this.#counts.set(key, known);
    const seconds = (this.#clock.now() - began) / 1_000;
    for (const times of known.times) times.add(seconds);
  }

  /** The counters in Prometheus' form. */
  families(): Family[] {
    const all = [...this.#counts.values()];
    const keys = all.filter(({ route }) => KV_ROUTES.has(route));
    return [
      counter('opsbro_http_requests_total', 'Requests by route and status.', all.map(requestSample)),
      histogramFamily('opsbro_http_seconds', 'What requests took, those that wait for news included.', this.#all),
      counter(
        'opsbro_kv_requests_total',
        'Requests for keys, by what was asked and how it ended.',
        keys.map(keySample),
      ),
      histogramFamily('opsbro_kv_seconds', 'What requests for keys took.', this.#keys),
      histogramFamily('opsbro_render_seconds', 'What requests for charts took.', this.#charts),
    ];
  }

  #timesOf(route: string): readonly Histogram[] {
    const isRender = RENDER_ROUTE.test(route);
    return [this.#all, ...(KV_ROUTES.has(route) ? [this.#keys] : []), ...(isRender ? [this.#charts] : [])];
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
