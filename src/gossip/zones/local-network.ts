import type { Clock } from '../../base/clock.ts';
import { OpsbroError } from '../../base/errors.ts';
import { isLoopback } from '../../base/loopback.ts';
import type { Random } from '../../base/random.ts';
import type { Member } from '../../model/member.ts';
import type { Detected } from '../../model/pool.ts';
import type { Endpoint } from '../../net/address.ts';
import { broadcastTargets } from '../../net/broadcast.ts';
import type { InterfaceAddress } from '../../net/host.ts';
import type { Door, Received } from '../door.ts';
import type { KeySource } from '../key-source.ts';
import { NO_KEYS } from '../keyring-holder.ts';
import type { Shield } from '../shield.ts';
import type { PacketMessage } from '../wire/messages.ts';
import { type Answered, Detection } from './detection.ts';
import type { ZoneRelation } from './zone-relation.ts';

interface Parts {
  readonly clock: Clock;
  readonly random: Random;
  readonly door: Door;
  readonly shield: Shield;
  readonly keys: KeySource;
  /** The keys of other zones; left out, there are none. */
  readonly foreignKeys?: () => ReadonlyMap<string, KeySource>;
  readonly zone: string;
  /** How another zone stands to ours; left out, no other zone is known. */
  readonly relationTo?: (zone: string) => ZoneRelation;
  /** Where gossip listens. */
  readonly bind: readonly string[];
  readonly interfaces: () => readonly InterfaceAddress[];
  /** Left out, those who ask get an answer. */
  readonly detect?: boolean;
  readonly self: () => Member;
  readonly peerPort?: number;
  readonly count: (name: string) => void;
}

/** The nodes on the networks that this machine is directly on. */
export class LocalNetwork implements Disposable {
  readonly #parts: Parts;
  readonly #detection: Detection;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { clock, random, zone, relationTo = onlyOwn(zone), count } = parts;
    this.#detection = new Detection({
      clock,
      random,
      self: () => this.#self(),
      relationTo,
      isKeyed: (other) => this.#keysOf(other).state !== 'open',
      answers: parts.detect !== false,
      send: (to, asker, ack) => this.#send(to, asker, ack),
      count,
    });
  }

  /** See `PoolActions.detect`. Throws `unreachable` when nobody answered and nobody could. */
  async detect(timeoutMs: number, device?: string): Promise<readonly Detected[]> {
    const { door, interfaces } = this.#parts;
    if (device !== undefined && !interfaces().some(({ name }) => name === device)) {
      const names = [...new Set(interfaces().map(({ name }) => name))].join(', ');
      throw new OpsbroError('bad_request', `there is no interface "${device}"; possible: ${names}`);
    }
    // Interfaces may come while it lasts, so the whole time is waited whatever there is now.
    const targets = () => (this.#isOutside ? broadcastTargets(interfaces(), device) : []);
    const found = await this.#detection.search(timeoutMs, (question) => door.shout(question, targets()));
    if (found.length === 0 && targets().length === 0) throw this.#deaf(device);
    return found;
  }

  /** Asks one address who is there, at once and each second until it answers or the time is over; it answers only who may know. */
  whoIs(to: Endpoint, timeoutMs: number): Promise<Answered | undefined> {
    const { door, shield } = this.#parts;
    const plain = () => ({ ...shield.protection, compress: false });
    return this.#detection.first(timeoutMs, (question) =>
      door.send(to, [question], { crc: false, protection: plain() }),
    );
  }

  /** What of a datagram is not about who else is there, but for the pool. */
  without(messages: readonly PacketMessage[], received: Received): readonly PacketMessage[] {
    return messages.filter((message) => !this.#take(message, received));
  }

  /** Ends all searches. */
  [Symbol.dispose](): void {
    this.#detection[Symbol.dispose]();
  }

  #take(message: PacketMessage, { from, seal, size }: Received): boolean {
    if (message.kind === 'ack') return this.#detection.takeAck(message, from);
    if (message.kind !== 'ping') return false;
    const { zone } = this.#parts;
    const sealedBy = seal === 'none' ? undefined : seal === 'own' ? zone : seal.zone;
    return this.#detection.takePing(message, { from, sealedBy, size });
  }

  #send(to: Endpoint, asker: string, ack: PacketMessage): void {
    const { door, shield, zone } = this.#parts;
    const { keyring } = this.#keysOf(asker);
    const isForeign = asker !== zone && keyring !== undefined;
    door.send(to, [ack], { crc: false, ...(isForeign && { protection: { ...shield.protection, keyring } }) });
  }

  #keysOf(zone: string): KeySource {
    const { foreignKeys, keys, zone: own } = this.#parts;
    return zone === own ? keys : (foreignKeys?.().get(zone) ?? NO_KEYS);
  }

  get #isOutside(): boolean {
    return !this.#parts.bind.every(isLoopback);
  }

  /** Why nobody could answer. */
  #deaf(device: string | undefined): OpsbroError {
    const { bind } = this.#parts;
    const why = this.#isOutside
      ? `${device === undefined ? 'this machine has' : `${device} is`} no network that can be asked`
      : `gossip listens at ${bind.join(', ')} only; run opsbro gossip zone key generate, or set bind and insecure, and restart`;
    return new OpsbroError('unreachable', `cannot detect (broadcast UDP) other nodes: ${why}`);
  }

  #self() {
    const { self, peerPort = 0 } = this.#parts;
    const { id, name, zone, address, port, isProxy, groups } = self();
    return { id, name, zone, address, port, peerPort, isProxy, groups };
  }
}

const onlyOwn =
  (own: string) =>
  (zone: string): ZoneRelation =>
    zone === own ? 'same' : 'other';
