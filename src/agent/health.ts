import type { Clock } from '../base/clock.ts';

/** Why the agent is not quite well. */
export interface Reason {
  readonly part: string;
  readonly code: string;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly text: string;
}

type Severity = 'degraded' | 'failed';

/** What is wrong with the agent itself, gathered from its parts. */
export class Health {
  readonly #clock: Clock;
  readonly #reasons = new Map<string, Reason & { readonly severity: Severity }>();
  #tell: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `tell` at each change of the verdict and its reasons from now on. */
  onChange(tell: () => void): void {
    this.#tell = tell;
  }

  /** Notes a trouble; the same part and code again only renews the text. */
  raise(part: string, code: string, text: string, severity: Severity = 'degraded'): void {
    const key = `${part} ${code}`;
    const known = this.#reasons.get(key);
    if (known?.text === text && known.severity === severity) return;
    this.#reasons.set(key, { part, code, since: known?.since ?? this.#clock.wall(), text, severity });
    this.#tell();
  }

  /** Takes a trouble back. */
  clear(part: string, code: string): void {
    if (this.#reasons.delete(`${part} ${code}`)) this.#tell();
  }

  /** The verdict and what it rests on. */
  report(): { health: 'ok' | Severity; reasons: Reason[] } {
    const reasons = [...this.#reasons.values()];
    const worst = reasons.some(({ severity }) => severity === 'failed') ? 'failed' : 'degraded';
    return {
      health: reasons.length === 0 ? 'ok' : worst,
      reasons: reasons.map(({ part, code, since, text }) => ({ part, code, since, text })),
    };
  }
}
