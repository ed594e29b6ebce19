/** The sockets of the pool: datagrams and streams of messages, one port number for both on every bound address. */
import { Disposal } from '../base/disposal.ts';
import { OpsbroError, systemCode } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Endpoint } from '../net/address.ts';
import { type Connection, listenTcp } from '../net/tcp.ts';
import { bindUdp, type UdpSocket } from '../net/udp.ts';
import { openDatagram, sealDatagram } from './wire/datagram.ts';
import type { PacketMessage } from './wire/messages.ts';
import { encode } from './wire/packet.ts';

interface DoorOptions {
  readonly bind: readonly string[];
  /** 0 takes a free one. */
  readonly port: number;
  readonly log: Logger;
  /** Counts under a name. */
  readonly count: (name: string, by?: number) => void;
}

const PORT_TRIES = 10;

export class Door implements AsyncDisposable {
  readonly port: number;
  readonly #sockets: readonly UdpSocket[];
  readonly #count: (name: string, by?: number) => void;
  readonly #closing: Disposal;
  /** The same news goes to several members; its bytes are made once. */
  readonly #encoded = new WeakMap<PacketMessage, Uint8Array>();
  /** Told of each connection that comes in. */
  onConnection: (connection: Connection) => void = (connection) => connection.close();

  private constructor(options: DoorOptions, opened: Opened) {
    this.port = opened.port;
    this.#sockets = opened.sockets;
    this.#count = options.count;
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
  onPacket(listen: (messages: readonly PacketMessage[], from: Endpoint) => void): void {
    for (const socket of this.#sockets) {
      socket.onMessage((bytes, from) => {
        this.#count('packets_in');
        this.#count('bytes_in', bytes.length);
        const { messages, dropped } = openDatagram(bytes);
        for (const reason of dropped) this.#count(`dropped_${reason}`);
        if (messages.length > 0) listen(messages, from);
      });
    }
  }

  /** Sends messages, in one datagram if they fit. What cannot be sent is counted, and told to `failed`. */
  send(
    to: Endpoint,
    messages: readonly PacketMessage[],
    options: { readonly crc: boolean; readonly failed?: () => void },
  ): void {
    const socket = this.#sockets.find(({ reaches }) => reaches(to.address));
    if (!socket) {
      this.#count('dropped_unreachable_family');
      options.failed?.();
      return;
    }
    for (const bytes of sealDatagram(
      messages.map((message) => this.#bytesOf(message)),
      options,
    )) {
      this.#count('packets_out');
      this.#count('bytes_out', bytes.length);
      socket.send(bytes, to, () => {
        this.#count('send_failed');
        options.failed?.();
      });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#closing[Symbol.asyncDispose]();
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
  readonly closing = new Disposal();
  accept: (connection: Connection) => void = (connection) => connection.close();

  async bind({ bind, port, log }: DoorOptions): Promise<void> {
    this.port = port;
    for (const address of bind) {
      try {
        await this.#bindOne(address);
      } catch (error) {
        if (address !== '::1' || systemCode(error) !== 'EADDRNOTAVAIL') throw error;
        log.info({ address }, 'this machine has no IPv6 loopback; gossip does without');
      }
    }
    if (this.sockets.length === 0)
      throw new OpsbroError('invalid_config', `gossip cannot listen at ${bind.join(', ')}`);
  }

  /** TCP first: fewer numbers are free there. */
  async #bindOne(address: string): Promise<void> {
    const listener = this.closing.use(
      await listenTcp({ address, port: this.port }, (connection) => this.accept(connection)),
    );
    this.port = listener.port;
    this.sockets.push(this.closing.use(await bindUdp({ address, port: this.port })));
  }
}
