import type { Clock } from '../../base/clock.ts';
import { OpsbroError } from '../../base/errors.ts';
import type { Random } from '../../base/random.ts';
import type { Member } from '../../model/member.ts';
import type { Detected } from '../../model/pool.ts';
import { broadcastTargets } from '../../net/broadcast.ts';
import type { InterfaceAddress } from '../../net/host.ts';
import type { Door, Received } from '../door.ts';
import type { KeySource } from '../key-source.ts';
import type { PacketMessage } from '../wire/messages.ts';
import { Detection, type ZoneRelation } from './detection.ts';

interface Parts {
  readonly clock: Clock;
  readonly random: Random;
  readonly door: Door;
  readonly keys: KeySource;
  readonly zone: string;
  readonly interfaces: () => readonly InterfaceAddress[];
  /** Left out, those who ask get an answer. */
  readonly detect?: boolean;
  readonly self: () => Member;
  /** How another zone stands to ours. */
  readonly relationTo: (zone: string) => ZoneRelation;
  readonly count: (name: string) => void;
}

/** The nodes on the networks that this machine is directly on. */
export class LocalNetwork {
  readonly #parts: Parts;
  readonly #detection: Detection;
  /** The interface that is asked, when not all are. */
  #device: string | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    const { clock, random, door, keys, zone, count } = parts;
    this.#detection = new Detection({
      clock,
      random,
      self: () => this.#self(),
      relationTo: parts.relationTo,
      isKeyed: (other) => other === zone && keys.state !== 'open',
      answers: parts.detect !== false,
      broadcast: (ping) => door.shout(ping, this.#targets()),
      send: (to, _zone, ack) => door.send(to, [ack], { crc: false }),
      count,
    });
  }

  /** See `PoolActions.detect`. */
  async detect(timeoutMs: number, device?: string): Promise<readonly Detected[]> {
    if (device !== undefined && !this.#parts.interfaces().some(({ name }) => name === device)) {
      const names = [...new Set(this.#parts.interfaces().map(({ name }) => name))].join(', ');
      throw new OpsbroError('bad_request', `there is no interface "${device}"; possible: ${names}`);
    }
    this.#device = device;
    return await this.#detection.search(timeoutMs);
  }

  /** What of a datagram is not about who else is there, but for the pool. */
  without(messages: readonly PacketMessage[], received: Received): readonly PacketMessage[] {
    return messages.filter((message) => !this.#take(message, received));
  }

  #take(message: PacketMessage, { from, isSealed, size }: Received): boolean {
    const sealedBy = isSealed ? this.#parts.zone : undefined;
    if (message.kind === 'ping') return this.#detection.takePing(message, { from, sealedBy, size });
    return message.kind === 'ack' && this.#detection.takeAck(message, from);
  }

  #targets(): string[] {
    const device = this.#device;
    return broadcastTargets(this.#parts.interfaces().filter(({ name }) => device === undefined || name === device));
  }

  #self() {
    const { id, name, zone, address, port, isProxy, groups } = this.#parts.self();
    return { id, name, zone, address, port, isProxy, groups };
  }
}
