import { OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { KvStore } from '../model/kv.ts';
import { REPAIR_EVENTS, type RepairRecord } from '../model/repair.ts';

const PREFIX = '__opsbro/repair-audit/';
const KEEP_S = 90 * 86_400;
const MOST = 10_000;

/** Which records are wanted. */
export interface AuditFilter {
  readonly service?: string | undefined;
  readonly node?: string | undefined;
  readonly id?: string | undefined;
  /** Epoch milliseconds; only later ones. */
  readonly since?: number | undefined;
}

/** What was repaired and refused, kept for 90 days in the key-value store; it only ever grows. */
export class RepairAudit {
  readonly #kv: Pick<KvStore, 'put' | 'entries'>;
  readonly #log: Logger;
  #count = 0;
  #written: Promise<unknown> = Promise.resolve();

  constructor(kv: Pick<KvStore, 'put' | 'entries'>, log: Logger) {
    this.#kv = kv;
    this.#log = log;
  }

  write(record: RepairRecord): void {
    const key = `${PREFIX}${String(record.at).padStart(15, '0')}-${record.node}-${String(++this.#count).padStart(6, '0')}`;
    const value = Buffer.from(JSON.stringify(record));
    this.#written = this.#kv.put(key, value, { ttl: KEEP_S }).catch((error: unknown) => {
      this.#log.error({ err: error, repair: record.id }, 'the audit of a repair cannot be written');
    });
  }

  /** The records that fit, newest first. */
  async list({ service, node, id, since = 0 }: AuditFilter = {}): Promise<RepairRecord[]> {
    await this.#written;
    const records: RepairRecord[] = [];
    let after: string | undefined = `${PREFIX}${String(since).padStart(15, '0')}`;
    while (after !== undefined) {
      const page: Awaited<ReturnType<KvStore['entries']>> = await this.#kv.entries({
        prefix: PREFIX,
        include: 'all',
        after,
      });
      records.push(...page.items.flatMap(({ value }) => recordIn(value)));
      after = page.next;
    }
    const fits = (record: RepairRecord) =>
      (service ?? record.service) === record.service &&
      (node ?? record.node) === record.node &&
      (id ?? record.id) === record.id;
    return records.filter(fits).reverse().slice(0, MOST);
  }

  /** Everything about one repair, oldest first. Throws `not_found`. */
  async about(id: string): Promise<RepairRecord[]> {
    const records = (await this.list({ id })).reverse();
    if (records.length > 0) return records;
    throw new OpsbroError('not_found', `no repair "${id}" is known`);
  }
}

function recordIn(value: Uint8Array): RepairRecord[] {
  try {
    const record = JSON.parse(Buffer.from(value).toString('utf8')) as RepairRecord;
    return REPAIR_EVENTS.includes(record.event) ? [record] : [];
  } catch {
    return [];
  }
}
