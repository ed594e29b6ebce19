/** The sockets of the pool: datagrams and streams of messages, one port number for both on every bound address. */
import { Disposal } from '../base/disposal.ts';
import { OpsbroError, systemCode } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { type Endpoint, listenPlaces } from '../net/address.ts';
import { type Connection, listenTcp } from '../net/tcp.ts';
import { bindUdp, type UdpSocket } from '../net/udp.ts';
import { kernelDrops } from '../net/udp-drops.ts';
import { admitted } from './announced.ts';
import type { Guard } from './guard.ts';
import { kindCount } from './packet-kind.ts';
import { openDatagram, sealDatagram } from './wire/datagram.ts';
import type { Protection } from './wire/keyring.ts';
import type { DropReason, PacketMessage } from './wire/messages.ts';
import { encode } from './wire/packet.ts';
import type { ForeignQuestions } from './zones/foreign-questions.ts';

interface DoorOptions {
  readonly bind: readonly string[];
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Logger;
  readonly guard: Guard;
  /** The addresses of this machine, each with one that reaches everybody on its network. */
  readonly everybody: readonly NetworkAddress[];
  /** What is not sealed with our keys may be a question of another zone; left out, it is none. */
  readonly foreign?: ForeignQuestions;
}

/** An address of ours, and one that reaches everybody there. */
export interface NetworkAddress {
  readonly address: string;
  readonly network: string;
}

/** How a datagram came. */
export interface Received {
  readonly from: Endpoint;
  /** How it was closed: with the keys of our zone, with those of that other one, or not at all. */
  readonly seal: 'own' | 'none' | { readonly zone: string };
  /** Bytes of it. */
  readonly size: number;
}

/** How something is sent. */
interface Sending {
  readonly crc: boolean;
  /** Told when it could not be. */
  readonly failed?: () => void;
  /** Instead of that of our zone. */
  readonly protection?: Protection;
}

const PORT_TRIES = 10;

/** Told of the messages of a datagram. */
type Listener = (messages: readonly PacketMessage[], received: Received) => void;

/** What a datagram looks like that is encrypted with a key of another zone: without a key of our own at times like one that is broken. */
const FOREIGN_SIGNS: ReadonlySet<DropReason> = new Set([
  'decrypt',
  'encrypted',
  'malformed',
  'truncated',
  'badAddress',
]);

/**
 * Datagrams are handled as they come. There is no queue of our own to sort: the event loop hands over at most some dozens at a time, and
 * what floods is dropped by its source before it costs anything, so that acks and pings wait a millisecond or two at most.
 */
export class Door implements AsyncDisposable {
  readonly port: number;
  readonly #sockets: readonly UdpSocket[];
  /** Sockets that only hear what is sent to everybody. */
  readonly #ears: readonly UdpSocket[];
  readonly #guard: Guard;
  readonly #foreign: ForeignQuestions | undefined;
  readonly #everybody: readonly NetworkAddress[];
  readonly #closing: Disposal;
  /** The same news goes to several members; its bytes are made once. */
  readonly #encoded = new WeakMap<PacketMessage, Uint8Array>();
  /** Told of each connection that comes in. */
  onConnection: (connection: Connection) => void = (connection) => connection.close();

  private constructor(options: DoorOptions, opened: Opened) {
    this.port = opened.port;
    this.#sockets = opened.sockets;
    this.#ears = opened.ears;
    this.#guard = options.guard;
    this.#foreign = options.foreign;
    this.#everybody = options.everybody;
    this.#closing = opened.closing;
    opened.accept = (connection) => this.onConnection(connection);
  }

  /** Binds every address; with port 0 a number is looked for that is free everywhere. Fails with the system's error. */
  static async open(options: DoorOptions): Promise<Door> {
    const tries = options.port === 0 ? PORT_TRIES : 1;
    for (let left = tries - 1; ; left -= 1) {
      const opened = new Opened();
      try {
        await opened.bind(options);
        return new Door(options, opened);
      } catch (error) {
        await opened.closing[Symbol.asyncDispose]();
        if (left === 0 || systemCode(error) !== 'EADDRINUSE') throw error;
      }
    }
  }

  /** The listener of everything that arrives in datagrams. */
  onPacket(listen: Listener): void {
    for (const socket of [...this.#sockets, ...this.#ears])
      socket.onMessage((bytes, from) => this.#receive(bytes, from, listen));
  }

  /** Sends messages, in one datagram if they fit. What cannot be sent is counted, and told to `failed`. */
  send(to: Endpoint, messages: readonly PacketMessage[], options: Sending): void {
    const socket = this.#sockets.find(({ reaches }) => reaches(to.address));
    // One address that somebody wrote into a message must not make us speak to everybody.
    const isEverybody = this.#everybody.some(({ network }) => network === to.address);
    if (socket && !isEverybody) {
      this.#sendBy(socket, to, messages, options);
      return;
    }
    this.#guard.count(isEverybody ? 'dropped_to_everybody' : 'dropped_unreachable_family');
    options.failed?.();
  }

  /** Sends one message, as long as it is, to everybody whom these addresses reach, by each of our addresses on their networks. */
  shout(message: PacketMessage, addresses: readonly string[]): void {
    const protection = { ...this.#guard.shield.protection, compress: false };
    for (const address of addresses) {
      const there = this.#everybody.filter(({ network }) => network === address);
      const near = this.#sockets.filter((socket) => there.some((own) => own.address === socket.address));
      const sockets = near.length > 0 ? near : this.#sockets.filter(({ reaches }) => reaches(address)).slice(0, 1);
      const to = { address, port: this.port };
      for (const socket of sockets) this.#sendBy(socket, to, [message], { crc: false, protection });
    }
  }

  /** How many datagrams the kernel threw away because we were too slow. */
  get kernelDrops(): number {
    return kernelDrops(this.#sockets);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closing[Symbol.asyncDispose]();
  }

  #receive(bytes: Uint8Array, from: Endpoint, listen: Listener): void {
    const { count } = this.#guard;
    count('packets_in');
    count('bytes_in', bytes.length);
    count(kindCount('in', this.#take(bytes, from, listen)));
  }

  /** Answers what was in it, as far as it could be read. */
  #take(bytes: Uint8Array, from: Endpoint, listen: Listener): readonly PacketMessage[] {
    const { clock, count, drops, formerKeys, limits, networks, shield } = this.#guard;
    if (shield.problem !== undefined) {
      count('dropped_closed');
      return [];
    }
    const now = clock.now();
    const refusal = limits.packet(from.address, now);
    if (refusal) {
      drops.note(refusal, from.address, 'datagrams');
      return [];
    }
    const { protection } = shield;
    const { messages, dropped, key } = openDatagram(bytes, protection);
    if (key && protection.keyring) formerKeys.heard(from, key, protection.keyring);
    const [first] = dropped;
    const mayBeForeign = first !== undefined && messages.length === 0 && FOREIGN_SIGNS.has(first);
    const asked = mayBeForeign ? this.#foreign?.open(bytes, shield.protection) : undefined;
    // Whether it opened or not, trying keys costs time.
    if (first === 'decrypt' || first === 'clearText' || asked) limits.failed(from.address, now);
    if (asked?.question) {
      count('foreign_questions');
      listen([asked.question], { from, seal: { zone: asked.zone }, size: bytes.length });
      return [asked.question];
    }
    for (const reason of dropped) drops.note(reason, from.address, 'datagrams');
    const wanted = admitted(messages, networks, () => drops.note('announced', from.address, 'datagrams'));
    const seal = protection.keyring === undefined ? 'none' : 'own';
    if (wanted.length > 0) listen(wanted, { from, seal, size: bytes.length });
    return messages;
  }

  #sendBy(socket: UdpSocket, to: Endpoint, messages: readonly PacketMessage[], options: Sending): void {
    const { count, formerKeys, shield } = this.#guard;
    if (shield.problem !== undefined) {
      count('dropped_closed');
      return;
    }
    const { crc, failed } = options;
    const own = shield.led((keyring) => formerKeys.for(to, keyring));
    const parts = messages.map((message) => this.#bytesOf(message));
    const protection = options.protection ?? own.protection;
    for (const bytes of sealDatagram(parts, { crc, protection, nonce: own.nonce })) {
      count('packets_out');
      count(kindCount('out', messages));
      count('bytes_out', bytes.length);
      socket.send(bytes, to, () => {
        count('send_failed');
        failed?.();
      });
    }
  }

  #bytesOf(message: PacketMessage): Uint8Array {
    const known = this.#encoded.get(message);
    if (known) return known;
    const bytes = encode(message);
    this.#encoded.set(message, bytes);
    return bytes;
  }
}

/** Sockets while they are being opened. */
class Opened {
  port = 0;
  readonly sockets: UdpSocket[] = [];
  readonly ears: UdpSocket[] = [];
  readonly closing = new Disposal();
  accept: (connection: Connection) => void = (connection) => connection.close();

  async bind({ bind, port, log, everybody }: DoorOptions): Promise<void> {
    this.port = port;
    for (const { address, ipv6Only } of listenPlaces(bind, port)) {
      try {
        await this.#bindOne(address, ipv6Only);
      } catch (error) {
        if (address !== '::1' || systemCode(error) !== 'EADDRNOTAVAIL') throw error;
        log.info({ address }, 'this machine has no IPv6 loopback; gossip does without');
      }
    }
    for (const { address, network } of everybody) if (bind.includes(address)) await this.#listenTo(network, log);
    if (this.sockets.length === 0)
      throw new OpsbroError('invalid_config', `gossip cannot listen at ${bind.join(', ')}`);
  }

  /** A socket bound to one address does not hear what is sent to everybody on its network. */
  async #listenTo(network: string, log: Logger): Promise<void> {
    try {
      this.ears.push(this.closing.use(await bindUdp({ address: network, port: this.port }, 'shared')));
    } catch (error) {
      log.info({ address: network, error }, 'who asks the whole network is not heard here');
    }
  }

  /** TCP first: fewer numbers are free there. */
  async #bindOne(address: string, ipv6Only = false): Promise<void> {
    const listener = this.closing.use(
      await listenTcp({ address, port: this.port, ipv6Only }, (connection) => this.accept(connection)),
    );
    this.port = listener.port;
    this.sockets.push(this.closing.use(await bindUdp({ address, port: this.port, ipv6Only })));
  }
}
