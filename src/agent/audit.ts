import { AuditTrail, REFUSED } from '../access/audit-trail.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Shelf } from '../base/shelf.ts';
import type { AuditEntry } from '../http/audit-entry.ts';
import type { AuditHistory, AuditRecord } from '../model/audit.ts';
import { ChangeLog } from './change-log.ts';

interface Options {
  readonly clock: Clock;
  readonly log: Logger;
  /** For the audit alone. */
  readonly shelf: Shelf;
}

/** What these change has a history of its own, and there is much of it; what they were refused has none. */
const OWN_HISTORY = /^\/kv|\/result$/;

/** Writes into the log `audit`, and into the history, who asked for what change. */
export class Audit implements Disposable, AuditHistory {
  readonly #log: Logger;
  readonly #kept: ChangeLog<AuditRecord>;
  readonly #trail: AuditTrail<AuditEntry>;

  private constructor({ clock, log }: Options, kept: ChangeLog<AuditRecord>) {
    this.#log = log;
    this.#kept = kept;
    this.#trail = new AuditTrail({ clock, write: (entry, repeated) => this.#write(entry, repeated) });
  }

  /** Goes on with the history that the shelf holds. */
  static async open(options: Options): Promise<Audit> {
    return new Audit(options, await ChangeLog.open<AuditRecord>(options.shelf, options.clock));
  }

  /** Notes a request that was to change something. */
  note(entry: AuditEntry): void {
    this.#trail.note(entry);
  }

  changes(): Promise<readonly AuditRecord[]> {
    return this.#kept.changes();
  }

  [Symbol.dispose](): void {
    this.#trail[Symbol.dispose]();
  }

  #write({ who, address, method, target, route, status }: AuditEntry, repeated: number): void {
    const facts = { who, ...(address !== '' && { from: address }), result: status };
    if (repeated === 0) this.#log.info(facts, `${method} ${target}`);
    else this.#log.info({ ...facts, last: target }, `${method} ${route}: repeated ${repeated} times`);
    if (OWN_HISTORY.test(route) && !REFUSED.has(status)) return;
    this.#kept.add((stamp) => ({ ...stamp, who, address, method, target, status, repeated }));
  }
}
