/** Silences and maintenance windows of a whole zone: what one node takes, the others are told; who comes back asks. */
import { z } from 'zod';
import type { MuteEntry } from '../alerts/mutes/entry.ts';
import type { MaintenanceWish, MuteBook, SilenceWish } from '../alerts/mutes/mute-book.ts';
import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { type Random, shuffled } from '../base/random.ts';
import type { TakenMute } from '../http/parts.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Member, Membership } from '../model/member.ts';
import type { PeerClient } from '../peer/client.ts';
import type { PeerCall, PeerRoute } from '../peer/route.ts';
import { askZone, peerEndpoint, zonePeers } from './zone-peers.ts';

const PART = 'alerts';
const PATH = '/mutes';
const TARGET = `/peer/v1/${PART}${PATH}`;
/** Who does not answer in time asks by itself when it is back. */
const TIMEOUT_MS = 1_500;
/** A thousand entries of the longest kind. */
const MAX_BODY = 8 * 1024 * 1024;
/** Many nodes that see one come back do not all ask it at once. */
const SPREAD_MS = 5_000;
const MOST_ASKED = 3;

const Entries = z.object({ entries: z.array(z.unknown()).max(2_000) });

interface Parts {
  readonly book: MuteBook;
  readonly membership: Membership;
  readonly client: Pick<PeerClient, 'ask'>;
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** Keeps the books of the nodes of a zone alike, until it is disposed of. */
export class ZoneMutes implements Disposable {
  readonly #parts: Parts;
  readonly #listeners: Disposable[];
  #asking: Disposable | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { bus } = parts;
    this.#listeners = [
      bus.on('pool-joined', () => this.#askSoon(undefined)),
      bus.on('member-alive', ({ member, before }) => {
        if (before?.state === 'dead') this.#askSoon(member.id);
      }),
    ];
  }

  /** As the book takes it; resolves when the other nodes know of it, or did not answer. */
  async addSilence(wish: SilenceWish): Promise<TakenMute> {
    return await this.#pass(this.#parts.book.addSilence(wish));
  }

  /** As the book takes it; resolves when the other nodes know of it, or did not answer. */
  async addMaintenance(wish: MaintenanceWish): Promise<TakenMute> {
    return await this.#pass(this.#parts.book.addMaintenance(wish));
  }

  /** Ends an entry on all nodes. Throws `not_found`, or `conflict` when it is over. */
  async remove(type: MuteEntry['type'], id: string): Promise<TakenMute> {
    return await this.#pass(this.#parts.book.remove(type, id));
  }

  /** What peers of the own zone ask and tell. */
  routes(): PeerRoute[] {
    const { book, membership } = this.#parts;
    const common = { part: PART, path: PATH };
    const own = (answer: (call: PeerCall) => unknown) => (call: PeerCall) => {
      if (call.peer.zone !== membership.self.zone)
        throw new OpsbroError('forbidden', 'only nodes of the same zone may ask');
      return answer(call);
    };
    return [
      { ...common, method: 'GET', maxBody: 0, handle: own(() => ({ entries: book.all() })) },
      {
        ...common,
        method: 'POST',
        maxBody: MAX_BODY,
        handle: own((call) => {
          const read = Entries.safeParse(call.json());
          if (!read.success) throw new OpsbroError('bad_request', 'expected {"entries": [...]}');
          return { news: book.merge(read.data.entries) };
        }),
      },
    ];
  }

  [Symbol.dispose](): void {
    this.#asking?.[Symbol.dispose]();
    for (const listener of this.#listeners) listener[Symbol.dispose]();
  }

  async #pass(entry: MuteEntry): Promise<TakenMute> {
    const { membership, client, log } = this.#parts;
    const body = { entries: [entry] };
    const { answers, silent } = await askZone(membership, (to) =>
      client.ask(to, { method: 'POST', path: TARGET, body, timeoutMs: TIMEOUT_MS }),
    );
    if (silent.size > 0) log.warn({ nodes: [...silent.keys()], entry: entry.id }, 'nodes were not told what is quiet');
    return { entry, nodes: answers.size + 1, missed: [...silent.keys()] };
  }

  /** Of one member, or of any. */
  #askSoon(id: string | undefined): void {
    const { clock, random } = this.#parts;
    if (this.#asking) return;
    const waitMs = id === undefined ? 0 : random() * SPREAD_MS;
    this.#asking = clock.after(waitMs, () => {
      this.#asking = undefined;
      void this.#ask(id);
    });
  }

  async #ask(id: string | undefined): Promise<void> {
    const { membership, random } = this.#parts;
    const peers = zonePeers(membership);
    const wanted = peers.filter((peer) => id === undefined || peer.id === id);
    // One that is there knows everything.
    for (const peer of shuffled(wanted, random).slice(0, MOST_ASKED)) if (await this.#fetch(peer)) return;
  }

  async #fetch(member: Member): Promise<boolean> {
    const { client, book, log } = this.#parts;
    try {
      const ask = { method: 'GET', path: TARGET, timeoutMs: TIMEOUT_MS, maxBody: MAX_BODY } as const;
      const read = Entries.safeParse((await client.ask(peerEndpoint(member), ask)).json());
      if (!read.success) throw new Error('it answered with something else');
      book.merge(read.data.entries);
      return true;
    } catch (error) {
      log.debug({ node: member.name, reason: messageOf(error) }, 'it was not heard what is quiet');
      return false;
    }
  }
}
