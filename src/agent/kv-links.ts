/** Carries what the stores of nodes say to each other, over one stream to each. */
import { type Clock, every } from '../base/clock.ts';
import { messageOf, OpsbroError } from '../base/errors.ts';
import { Calls } from '../kv/cluster/calls.ts';
import type { Member } from '../model/member.ts';
import type { PeerClient } from '../peer/client.ts';
import type { Peer } from '../peer/route.ts';
import type { PeerStream } from '../peer/stream.ts';
import { peerEndpoint } from './zone-peers.ts';

/** The part of the peer API that the stores talk over. */
export const KV_PART = 'kv';

const MOST_OPENING_MS = 1_000;
/** A stream over which nothing was asked for so long is closed: each costs a sign of life every few seconds. */
const IDLE_MS = 60_000;

interface Parts {
  readonly client: Pick<PeerClient, 'open'>;
  readonly clock: Clock;
  /** The zone this node is in at the moment. */
  ownZone(): string;
  member(id: string): Member | undefined;
  /** Answers a question of another node; `undefined` when it makes no sense. */
  answer(from: string, question: Uint8Array): Promise<Uint8Array | undefined>;
}

/** Streams to the stores of other nodes, opened when there is something to ask, and closed when there is nothing any more. */
export class KvLinks implements Disposable {
  readonly #parts: Parts;
  readonly #links = new Map<string, Promise<Calls>>();
  /** Those of them that are open. */
  readonly #open = new Map<string, Calls>();
  readonly #looking: Disposable;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#looking = every(parts.clock, IDLE_MS, () => {
      for (const calls of [...this.#open.values()]) calls.closeIfIdle();
    });
  }

  /** Rejects with `unreachable` when the node was not asked at all, and otherwise when no answer came in time. */
  async ask(node: string, question: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    const calls = this.#open.get(node) ?? (await this.#to(node, timeoutMs));
    return await calls.ask(question, timeoutMs);
  }

  /** Answers what comes on a stream; only nodes of the own zone are answered. */
  accept(stream: PeerStream, { id, zone }: Peer): void {
    const { clock, ownZone, answer } = this.#parts;
    if (zone === ownZone()) new Calls(stream, clock, (question) => answer(id, question));
    else stream.close('refused');
  }

  [Symbol.dispose](): void {
    this.#looking[Symbol.dispose]();
  }

  /** Those who come while a stream is being opened wait for it. */
  #to(node: string, timeoutMs: number): Promise<Calls> {
    const known = this.#links.get(node);
    if (known !== undefined) return known;
    const opening = this.#connect(node, timeoutMs);
    this.#links.set(node, opening);
    return opening;
  }

  async #connect(node: string, timeoutMs: number): Promise<Calls> {
    const { client, clock, member, answer } = this.#parts;
    try {
      const found = member(node);
      if (found === undefined) throw new Error('it is no member of this pool');
      // Others who have less time wait for the same stream.
      const stream = await client.open(peerEndpoint(found), KV_PART, {
        timeoutMs: Math.min(timeoutMs, MOST_OPENING_MS),
      });
      const calls = new Calls(
        stream,
        clock,
        (question) => answer(node, question),
        () => this.#forget(node),
      );
      if (calls.isOver) throw new Error('the stream ended at once');
      this.#open.set(node, calls);
      return calls;
    } catch (error) {
      this.#forget(node);
      throw new OpsbroError('unreachable', `node ${node} cannot be asked: ${messageOf(error)}`, { cause: error });
    }
  }

  #forget(node: string): void {
    this.#links.delete(node);
    this.#open.delete(node);
  }
}
