import type { Clock } from '../base/clock.ts';
import type { CheckRecord } from '../model/check.ts';
import type { ServiceStatus } from '../model/health.ts';

/** What the news are made from, and who gets them. */
export interface HealthNewsOptions {
  readonly clock: Clock;
  /** The statuses of all services now. */
  statuses(): readonly ServiceStatus[];
  /** Is told what a service is now; `null` when there is none of this name any more. */
  tell(service: string, status: ServiceStatus | null): void;
}

/** Tells when the status of a service is another than it was. Many results at a time are looked at once. */
export class HealthNews implements Disposable {
  readonly #options: HealthNewsOptions;
  /** By service, what was told last. */
  readonly #told = new Map<string, string>();
  /** By check of the agent, what a status shows of it. */
  readonly #shown = new Map<string, string>();
  #timer: Disposable | undefined;

  constructor(options: HealthNewsOptions) {
    this.#options = options;
  }

  /** Something that belongs to services changed. */
  touched(): void {
    this.#timer ??= this.#options.clock.after(0, () => this.#look());
  }

  /** Other checks apply than before. */
  checksChanged(): void {
    this.#shown.clear();
    this.touched();
  }

  /** A check of the agent was run; most runs change nothing that a status shows. */
  checkDone({ id, service, hardState, output }: CheckRecord): void {
    if (service === '') return;
    const shown = hardState === 'ok' ? 'ok' : `${hardState} ${output}`;
    if (this.#shown.get(id) === shown) return;
    this.#shown.set(id, shown);
    this.touched();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #look(): void {
    this.#timer = undefined;
    const statuses = new Map(this.#options.statuses().map((status) => [status.service, status]));
    for (const service of [...this.#told.keys()]) {
      if (statuses.has(service)) continue;
      this.#told.delete(service);
      this.#options.tell(service, null);
    }
    for (const [service, status] of statuses) {
      const written = JSON.stringify(status);
      if (this.#told.get(service) === written) continue;
      this.#told.set(service, written);
      this.#options.tell(service, status);
    }
  }
}
