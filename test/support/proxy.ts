import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Socket as Connection, connect, createServer, type Server } from 'node:net';
import { type Random, seeded } from '../../src/base/random.ts';

const HERE = '127.0.0.1';
/** A number that is free for UDP may be taken for TCP. */
const ATTEMPTS = 10;

/** Stands before a member on this machine, UDP and TCP, and loses some of the datagrams on their way to it. */
export class LossyProxy implements AsyncDisposable {
  /** The part of all datagrams that is lost. */
  loss = 0;
  /** Datagrams that came while `isRecording`. */
  readonly recorded: Uint8Array[] = [];
  /** What came over connections while `isRecording`, both ways, as it was cut. */
  readonly streamed: Uint8Array[] = [];
  isRecording = false;
  passed = 0;
  lost = 0;
  readonly #random: Random;
  readonly #udp: Socket;
  readonly #tcp: Server;
  readonly #connections = new Set<Connection>();
  #target = 0;

  private constructor(udp: Socket, tcp: Server, random: Random) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.#random = random;
    udp.on('message', (bytes) => this.#pass(bytes));
    udp.on('error', () => {}); // a member that is gone refuses what is sent to it
    tcp.on('connection', (connection) => this.#join(connection));
  }

  /** Opens a proxy that leads nowhere yet, on one free number for both. */
  static async open(seed: number): Promise<LossyProxy> {
    for (let attempt = 1; ; attempt += 1) {
      const tcp = createServer();
      await once(tcp.listen(0, HERE), 'listening');
      const udp = createSocket('udp4');
      try {
        udp.bind(portOf(tcp), HERE);
        await once(udp, 'listening');
        return new LossyProxy(udp, tcp, seeded(seed));
      } catch (error) {
        tcp.close();
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  get port(): number {
    return portOf(this.#tcp);
  }

  /** From now on everything goes to the member at that port. */
  leadTo(port: number): void {
    this.#target = port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#connections) connection.destroy();
    this.#udp.close();
    this.#tcp.close();
    await once(this.#tcp, 'close');
  }

  #pass(bytes: Uint8Array): void {
    if (this.isRecording) this.recorded.push(bytes);
    if (this.#target === 0 || this.#random() < this.loss) {
      this.lost += 1;
      return;
    }
    this.passed += 1;
    this.#udp.send(bytes, this.#target, HERE);
  }

  #join(connection: Connection): void {
    const further = connect(this.#target, HERE);
    for (const [one, other] of [
      [connection, further],
      [further, connection],
    ] as const) {
      this.#connections.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => this.#connections.delete(one));
      one.on('data', (bytes) => this.isRecording && this.streamed.push(bytes));
      one.pipe(other);
    }
  }
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
