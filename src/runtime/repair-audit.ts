import { OpsbroError } from '../base/errors.ts';
import type { Shelf } from '../base/shelf.ts';
import { REPAIR_EVENTS, type RepairRecord } from '../model/repair.ts';

const KEEP_MS = 90 * 86_400_000;
const MOST = 10_000;

/** Which records are wanted. */
export interface AuditFilter {
  readonly service?: string | undefined;
  readonly node?: string | undefined;
  readonly id?: string | undefined;
  /** Epoch milliseconds; only later ones. */
  readonly since?: number | undefined;
}

/** What was repaired and refused on this node: kept for 90 days and never changed; of more than 10,000 records the oldest go. */
export class RepairAudit {
  readonly #shelf: Shelf;
  /** By key, oldest first. */
  readonly #records = new Map<string, RepairRecord>();

  constructor(shelf: Shelf) {
    this.#shelf = shelf;
  }

  /** Takes back what was written before a restart. */
  async restore(): Promise<void> {
    const kept = [...(await this.#shelf.load())].sort(([a], [b]) => (a < b ? -1 : 1));
    for (const [key, record] of kept) if (isRecord(record)) this.#records.set(key, record);
  }

  write(record: RepairRecord): void {
    const time = String(record.at).padStart(15, '0');
    const key = `${time}-${record.id}-${REPAIR_EVENTS.indexOf(record.event)}`;
    this.#records.set(key, record);
    this.#shelf.put(key, record);
    this.#forget(record.at - KEEP_MS);
    this.#shelf.flush();
  }

  /** The records that fit, newest first. */
  list({ service, node, id, since = 0 }: AuditFilter = {}): RepairRecord[] {
    const fits = (record: RepairRecord) =>
      (service ?? record.service) === record.service &&
      (node ?? record.node) === record.node &&
      (id ?? record.id) === record.id &&
      record.at >= since;
    return [...this.#records.values()].filter(fits).reverse();
  }

  /** Everything about one repair, oldest first. Throws `not_found`. */
  about(id: string): RepairRecord[] {
    const records = this.list({ id }).reverse();
    if (records.length > 0) return records;
    throw new OpsbroError('not_found', `no repair "${id}" is known`);
  }

  #forget(before: number): void {
    for (const [key, { at }] of this.#records) {
      if (at >= before && this.#records.size <= MOST) return;
      this.#records.delete(key);
      this.#shelf.delete(key);
    }
  }
}

function isRecord(kept: unknown): kept is RepairRecord {
  if (typeof kept !== 'object' || kept === null) return false;
  const { event, at, id } = kept as Record<string, unknown>;
  return REPAIR_EVENTS.some((known) => known === event) && typeof at === 'number' && typeof id === 'string';
}
