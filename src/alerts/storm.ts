import type { Alert } from '../model/alert.ts';

const WINDOW_MS = 60_000;

/** Sees when so many alerts of one node begin within a minute that single messages would be of no use. */
export class StormWatch {
  readonly #began = new Map<string, number[]>();

  /** Notes that an alert of a node began, at monotonic milliseconds. Tells whether this one made it a storm. */
  note(node: string, now: number, limit: number): boolean {
    const recent = this.#recent(node, now);
    const was = recent.length > limit;
    recent.push(now);
    // No more are needed to know that it is one.
    this.#began.set(node, recent.slice(-(limit + 1)));
    return !was && recent.length > limit;
  }

  /** Whether there is one at a node now. */
  isOn(node: string, now: number, limit: number): boolean {
    return this.#recent(node, now).length > limit;
  }

  #recent(node: string, now: number): number[] {
    const recent = (this.#began.get(node) ?? []).filter((at) => at > now - WINDOW_MS);
    if (recent.length === 0) this.#began.delete(node);
    return recent;
  }
}

/** A storm in one line: `120 alerts: linux 80, mysql 40`. */
export function stormText(alerts: readonly Alert[]): string {
  const packs = new Map<string, number>();
  for (const { pack, kind } of alerts) {
    const name = pack === '' ? kind : pack;
    packs.set(name, (packs.get(name) ?? 0) + 1);
  }
  const counts = [...packs].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} ${count}`);
  return `${alerts.length} alerts: ${counts.join(', ')}`;
}
