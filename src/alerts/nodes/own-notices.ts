import type { Shelf } from '../../base/shelf.ts';
import type { Notice } from '../../model/member.ts';

const STATES = ['claimed', 'sent', 'resolved'] as const;
/** So many are told to others, the newest. */
const MAX_NOTICES = 256;
/** An incident that is over is of no more interest to backups. */
const RESOLVED_MS = 3_600_000;
const KEEP_MS = 7 * 86_400_000;

interface Parts {
  readonly shelf: Shelf;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Tells the pool; nothing: that there is no notice of the incident any more. */
  readonly publish: (incident: string, notice: Notice | undefined) => void;
}

/** What this node says of the incidents that it tells people of: to the pool, and to itself after a restart. */
export class OwnNotices {
  readonly #parts: Parts;
  readonly #notices = new Map<string, Notice>();

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Goes on with what the shelf holds. */
  static async open(parts: Parts): Promise<OwnNotices> {
    const own = new OwnNotices(parts);
    const oldest = parts.now() - KEEP_MS;
    for (const [incident, kept] of await parts.shelf.load()) {
      const notice = noticeIn(kept);
      if (notice !== undefined && notice.at > oldest) own.#notices.set(incident, notice);
      else parts.shelf.delete(incident);
    }
    return own;
  }

  get(incident: string): Notice | undefined {
    return this.#notices.get(incident);
  }

  /** The incident with that key, and not over yet, of which something was said. */
  openOf(key: string): string | undefined {
    return [...this.#notices].find(([id, { state }]) => id.startsWith(`${key}-`) && state !== 'resolved')?.[0];
  }

  /** Says everything again, to a pool that knows nothing of it yet. */
  repeat(): void {
    for (const [incident, notice] of this.#notices) this.#parts.publish(incident, notice);
  }

  /** Says how far this node got. Claims are on disk at once: what is sent is not to be claimed by another. */
  say(incident: string, state: Notice['state'], handlers: readonly string[] = []): void {
    const { shelf, publish, now } = this.#parts;
    const notice = { state, handlers, at: now() };
    // Moves it to the end.
    this.#notices.delete(incident);
    this.#notices.set(incident, notice);
    shelf.put(incident, notice);
    publish(incident, notice);
    this.#prune();
  }

  /** Takes back what was said of an incident. */
  drop(incident: string): void {
    if (!this.#notices.delete(incident)) return;
    this.#parts.shelf.delete(incident);
    this.#parts.publish(incident, undefined);
  }

  #prune(): void {
    const old = this.#parts.now() - RESOLVED_MS;
    for (const [incident, { state, at }] of this.#notices) if (state === 'resolved' && at < old) this.drop(incident);
    for (const incident of this.#notices.keys()) {
      if (this.#notices.size <= MAX_NOTICES) return;
      this.drop(incident);
    }
  }
}

/** What an own notice on the shelf says; nothing when it is none. */
function noticeIn(kept: unknown): Notice | undefined {
  if (typeof kept !== 'object' || kept === null || !('state' in kept) || !('at' in kept)) return undefined;
  const state = STATES.find((known) => known === kept.state);
  if (state === undefined || typeof kept.at !== 'number') return undefined;
  const handlers = 'handlers' in kept && Array.isArray(kept.handlers) ? kept.handlers.map(String) : [];
  return { state, handlers, at: kept.at };
}
