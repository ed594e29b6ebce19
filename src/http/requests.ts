import type { Family } from './exposition.ts';

/** Counts what was asked and how it was answered. */
export class Requests {
  readonly #counts = new Map<string, { readonly route: string; readonly status: string; value: number }>();

  /** `route` is the route's key, never what was asked, so that strangers cannot make up new counters. */
  count(route: string, status: number): void {
    const key = `${status} ${route}`;
    const known = this.#counts.get(key);
    if (known) known.value += 1;
    else this.#counts.set(key, { route, status: String(status), value: 1 });
  }

  /** The counters in Prometheus' form. */
  family(): Family {
    const samples = [...this.#counts.values()].map(({ route, status, value }) => ({
      labels: { route, status },
      value,
    }));
    return { name: 'opsbro_http_requests_total', help: 'Requests by route and status.', type: 'counter', samples };
  }
}
