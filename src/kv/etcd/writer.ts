import type { Clock } from '../../base/clock.ts';
import { OpsbroError } from '../../base/errors.ts';
import type { KvDeleted, KvEntry, KvPutOptions, KvRestored, KvRestoring, KvWritten } from '../../model/kv.ts';
import { type About, decodeAbout, encodeAbout, versionOf, writtenOf } from './about.ts';
import type { Sending } from './gateway.ts';
import type { Places } from './places.ts';
import { base64, fieldsOf, type Transacted, transactedOf } from './wire.ts';

const S = 1_000;
/** How often a write is tried whose key others write at the same time. */
const ROUNDS = 50;

interface Options {
  readonly clock: Clock;
  readonly places: Places;
  call(path: string, body: object, sending: Sending): Promise<unknown>;
}

/** What is under a key now. */
interface Held {
  readonly revision: number;
  readonly lease: string;
  readonly about: About;
}

/** What becomes of a key; without `value` it is deleted. */
interface Plan<Answer> {
  readonly value?: Uint8Array | undefined;
  readonly about?: About;
  /** Whole seconds that it lives. */
  readonly ttl?: number | undefined;
  /** What to answer once it is done at that revision. */
  answer(revision: number): Answer;
}

/** Decides by what is there, `undefined` for nothing that lives. Throws to refuse; `done` ends it without a write. */
type Decide<Answer> = (held: Held | undefined) => Plan<Answer> | { readonly done: Answer };

/** Writes keys, each with what is known of it in one transaction, and only over what it was decided by. */
export class Writer {
  readonly #options: Options;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: Options) {
    this.#options = options;
  }

  async put(key: string, value: Uint8Array, { ttl, cas }: KvPutOptions): Promise<KvWritten> {
    const sending = cas === undefined ? 'again' : 'once';
    return await this.#write(key, sending, (held) => {
      checkCas(key, held, cas);
      const now = this.#options.clock.wall();
      const about = {
        created: held?.about.created ?? now,
        modified: now,
        expires: ttl === undefined ? 0 : now + ttl * S,
      };
      return { value, about, ttl, answer: (revision) => writtenOf(key, revision, about) };
    });
  }

  async delete(key: string, cas: string | undefined): Promise<KvDeleted> {
    return await this.#write<KvDeleted>(key, cas === undefined ? 'again' : 'once', (held) => {
      checkCas(key, held, cas);
      if (held === undefined) return { done: { key, version: null, existed: false } };
      return { answer: (revision) => ({ key, version: versionOf(revision), existed: true }) };
    });
  }

  async restore(entry: KvEntry, over: KvRestoring): Promise<KvRestored> {
    const { key, value, created, modified, expires } = entry;
    const now = this.#options.clock.wall();
    return await this.#write<KvRestored>(key, 'again', (held) => {
      if (held !== undefined && !mayReplace(held, entry, over)) return { done: 'skipped' };
      const times = over === 'older' ? { created, modified } : { created: held?.about.created ?? now, modified: now };
      return {
        value,
        about: { ...times, expires: expires ?? 0 },
        ttl: expires === null ? undefined : Math.max(1, Math.ceil((expires - now) / S)),
        answer: () => (held === undefined ? 'created' : 'overwritten'),
      };
    });
  }

  /** Resolves when everything that was begun has ended. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  #write<Answer>(key: string, sending: Sending, decide: Decide<Answer>): Promise<Answer> {
    const writing = this.#rounds(key, sending, decide);
    this.#running.add(writing);
    const forget = () => void this.#running.delete(writing);
    writing.then(forget, forget);
    return writing;
  }

  async #rounds<Answer>(key: string, sending: Sending, decide: Decide<Answer>): Promise<Answer> {
    let held = await this.#held(key);
    for (let round = 0; round < ROUNDS; round += 1) {
      const plan = decide(this.#living(held));
      if ('done' in plan) return plan.done;
      const lease = plan.ttl === undefined ? '0' : await this.#lease(plan.ttl);
      const done = await this.#try(key, { held, plan, lease, sending });
      // Of the old and the new one, one lease is not needed any more.
      this.#revoke(done.succeeded ? held?.lease : lease);
      if (done.succeeded) return plan.answer(done.revision);
      held = heldIn(done);
    }
    throw new OpsbroError('quorum', `"${key}" is written by so many at once that it could not be done; try again`);
  }

  async #try(
    key: string,
    { held, plan, lease, sending }: { held: Held | undefined; plan: Plan<unknown>; lease: string; sending: Sending },
  ): Promise<Transacted> {
    const { places, call } = this.#options;
    const [value, about] = [places.value(key), places.about(key)];
    const unchanged =
      held === undefined
        ? { key: value, target: 'CREATE', result: 'EQUAL', create_revision: '0' }
        : { key: value, target: 'MOD', result: 'EQUAL', mod_revision: String(held.revision) };
    const leased = lease === '0' ? {} : { lease };
    const success =
      plan.value === undefined || plan.about === undefined
        ? [{ request_delete_range: { key: value } }, { request_delete_range: { key: about } }]
        : [
            { request_put: { key: value, value: base64(plan.value), ...leased } },
            { request_put: { key: about, value: base64(encodeAbout(plan.about)), ...leased } },
          ];
    const failure = this.#looking(key);
    return transactedOf(await call('kv/txn', { compare: [unchanged], success, failure }, sending));
  }

  async #held(key: string): Promise<Held | undefined> {
    return heldIn(transactedOf(await this.#options.call('kv/txn', { success: this.#looking(key) }, 'again')));
  }

  #looking(key: string) {
    const { places } = this.#options;
    return [
      { request_range: { key: places.value(key), keys_only: true } },
      { request_range: { key: places.about(key) } },
    ];
  }

  async #lease(seconds: number): Promise<string> {
    const { ID: id } = fieldsOf(await this.#options.call('lease/grant', { TTL: String(seconds) }, 'again'));
    if (typeof id === 'string') return id;
    throw new OpsbroError('store_failed', 'etcd gave no lease');
  }

  /** Nobody waits for it: a lease that is forgotten ends by itself. */
  #revoke(lease = '0'): void {
    if (lease === '0') return;
    this.#options.call('lease/revoke', { ID: lease }, 'again').catch(() => undefined);
  }

  #living(held: Held | undefined): Held | undefined {
    const { expires } = held?.about ?? { expires: 0 };
    return expires !== 0 && expires <= this.#options.clock.wall() ? undefined : held;
  }
}

function heldIn({ ranges: [value, about] }: Transacted): Held | undefined {
  const stored = value?.stored[0];
  return stored && { revision: stored.revision, lease: stored.lease, about: decodeAbout(about?.stored[0]) };
}

function checkCas(key: string, held: Held | undefined, cas: string | undefined): void {
  const current = held === undefined ? null : versionOf(held.revision);
  if (cas === undefined || cas === (current ?? '0')) return;
  const found = current === null ? 'there is no such key' : `its version is ${current}`;
  throw new OpsbroError('cas_failed', `"${key}" was not changed: ${found}`, { details: { current } });
}

/** Versions of an export may be of another store, so the times of writing are compared. */
function mayReplace({ about }: Held, { modified }: KvEntry, over: KvRestoring): boolean {
  return over === 'older' ? modified > about.modified : over === 'anything';
}
