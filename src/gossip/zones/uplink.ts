import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { type Endpoint, endpointText } from '../../net/address.ts';
import { frameOf } from './downlinks.ts';
import type { ForeignNode } from './foreign-node.ts';
import type { Frame, RelayedEvent } from './frames.ts';
import { converse, Dialogue, type Link } from './link.ts';
import { type Change, idOf, type RelayPool, type Told } from './relay-pool.ts';
import type { ZonePlace } from './zone-place.ts';

/** A proxy of the zone above, and where it listens for other nodes. */
export interface Candidate extends Endpoint {
  readonly id: string;
}

interface UplinkOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly pool: RelayPool;
  readonly place: ZonePlace;
  /** Proxies of the zone above that are known and not known to be dead. */
  candidates(): readonly Candidate[];
  /** Connects to one of them; fails with a sentence. */
  open(to: Endpoint): Promise<Link>;
  /** Told when the link came or went. */
  readonly changed: () => void;
}

const RETRY_MS = 1_000;
/** The other side has this long to say who it is. */
const GREETING_MS = 5_000;
/** A proxy that failed is tried again last for so long. */
const AVOID_MS = 30_000;
const REPORT_MS = 300_000;

/** The one link that this proxy keeps to a proxy of the zone above: our news goes up, who their proxies are comes down. */
export class Uplink implements Disposable {
  readonly #options: UplinkOptions;
  readonly #failedAt = new Map<string, number>();
  #dialogue: Dialogue | undefined;
  #retry: Disposable | undefined;
  #phase: 'idle' | 'opening' | 'open' | 'ended' = 'idle';
  #nextReport = Number.NEGATIVE_INFINITY;
  #trouble = '';

  constructor(options: UplinkOptions) {
    this.#options = options;
  }

  /** Whether the zone above hears us. */
  get isOpen(): boolean {
    return this.#dialogue !== undefined;
  }

  /** Why the last attempt failed; empty when none did since there was a link. */
  get trouble(): string {
    return this.#trouble;
  }

  /** Looks for a proxy of the zone above now, unless there is a link; afterwards again and again. */
  seek(): void {
    if (this.#phase !== 'idle') return;
    this.#retry?.[Symbol.dispose]();
    this.#retry = this.#options.clock.after(RETRY_MS, () => this.seek());
    const [best] = this.#ranked();
    if (best) void this.#open(best);
  }

  /** Tells the zone above what changed in ours and below. */
  tell(change: Change): void {
    const { pool, place } = this.#options;
    if (!this.#dialogue) return;
    const node = pool.node(idOf(change));
    if (node && place.isWithin(node.zone, pool.zone)) this.#dialogue.tell(frameOf(change));
  }

  tellEvent(event: RelayedEvent): void {
    this.#dialogue?.tell({ kind: 'event', event });
  }

  [Symbol.dispose](): void {
    this.#phase = 'ended';
    this.#retry?.[Symbol.dispose]();
    this.#dialogue?.close();
  }

  /** Every proxy of ours has its own order, the same at each time, so that they spread over those above. */
  #ranked(): Candidate[] {
    const { clock, pool, candidates } = this.#options;
    const now = clock.now();
    const rank = new Map<Candidate, string>();
    for (const candidate of candidates()) {
      const failedAt = this.#failedAt.get(candidate.id) ?? Number.NEGATIVE_INFINITY;
      rank.set(candidate, `${now - failedAt < AVOID_MS ? 0 : 1}${weight(pool.id, candidate.id)}`);
    }
    return [...rank].sort(([, a], [, b]) => (a < b ? 1 : a > b ? -1 : 0)).map(([candidate]) => candidate);
  }

  async #open(candidate: Candidate): Promise<void> {
    this.#phase = 'opening';
    try {
      const link = await this.#options.open(candidate);
      if (this.#hasEnded()) link.close();
      else this.#greet(link, candidate);
    } catch (error) {
      this.#fail(candidate, messageOf(error));
    }
  }

  #hasEnded(): boolean {
    return this.#phase === 'ended';
  }

  #greet(link: Link, candidate: Candidate): void {
    const { clock, pool, place, log } = this.#options;
    const patience = clock.after(GREETING_MS, () => link.close());
    converse(link, {
      greeted: ({ zone, id }) => {
        patience[Symbol.dispose]();
        if (zone !== place.parent) return false;
        log.info({ zone, proxy: id, address: endpointText(candidate) }, 'linked to the zone above');
        this.#begin(new Dialogue(link, zone));
        return true;
      },
      heard: (frame) => this.#hear(frame),
      closed: () => {
        patience[Symbol.dispose]();
        this.#end(candidate);
      },
    });
    new Dialogue(link, '').tell({ kind: 'hello', id: pool.id, zone: pool.zone });
  }

  #begin(dialogue: Dialogue): void {
    const { pool, changed } = this.#options;
    this.#phase = 'open';
    this.#trouble = '';
    this.#dialogue = dialogue;
    const nodes = pool.upward();
    dialogue.tellNodes(nodes);
    for (const { id } of nodes) for (const full of pool.fulls(id)) dialogue.tell({ kind: 'full', full });
    changed();
  }

  #end(candidate: Candidate): void {
    const wasOpen = this.#dialogue !== undefined;
    this.#dialogue = undefined;
    if (this.#hasEnded()) return;
    this.#fail(candidate, wasOpen ? 'the link broke' : 'it does not take us');
    if (wasOpen) this.#options.changed();
  }

  #fail(candidate: Candidate, why: string): void {
    const { clock, log } = this.#options;
    if (this.#hasEnded()) return;
    this.#phase = 'idle';
    this.#trouble = `${endpointText(candidate)}: ${why}`;
    this.#failedAt.delete(candidate.id);
    this.#failedAt.set(candidate.id, clock.now());
    if (clock.now() >= this.#nextReport) {
      this.#nextReport = clock.now() + REPORT_MS;
      log.warn({ proxy: endpointText(candidate), why }, 'no link to the zone above; it is tried again');
    }
    this.#retry?.[Symbol.dispose]();
    this.#retry = clock.after(RETRY_MS, () => this.seek());
  }

  /** From above only proxies of the zone above are taken. */
  #hear(frame: Frame): void {
    const { pool, place } = this.#options;
    const isTheirs = (id: string) => pool.node(id)?.zone === place.parent;
    const learn = (told: Told) => pool.learn(told);
    if (frame.kind === 'nodes') {
      // Who is a proxy no longer is told as such, and then forgotten.
      const mayTell = ({ id, isProxy }: ForeignNode) => isProxy || pool.node(id) !== undefined;
      learn({ nodes: frame.nodes.filter((node) => node.zone === place.parent && mayTell(node)) });
    } else if (frame.kind === 'full' && isTheirs(frame.full.id)) learn({ fulls: [frame.full] });
    else if (frame.kind === 'delta' && isTheirs(frame.delta.id)) learn({ deltas: [frame.delta] });
  }
}

/** The order of rendezvous hashing. */
const weight = (id: string, other: string): string => createHash('sha256').update(`${id}\n${other}`).digest('hex');
