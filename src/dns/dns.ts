/** The DNS door: answers names of groups and nodes from the membership, over UDP and TCP, to anyone who can reach it. */
import type { Bus } from '../base/bus.ts';
import type { Clock } from '../base/clock.ts';
import { Disposal } from '../base/disposal.ts';
import { messageOf, systemCode } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { AgentEvent } from '../model/event.ts';
import type { Membership } from '../model/member.ts';
import { type Connection, listenTcp } from '../net/tcp.ts';
import { bindUdp } from '../net/udp.ts';
import { answerQuery, type Transport, type ZoneData } from './answer.ts';
import { DnsCounters } from './counters.ts';
import { TcpSession } from './tcp-session.ts';

/** What the door needs. Times to live are seconds. */
export interface DnsOptions {
  /** Addresses to listen on; one that this machine lacks is skipped, unless it is the first. */
  readonly bind: readonly [string, ...string[]];
  /** 0 takes a free one, the same for UDP and TCP and on every address. */
  readonly port: number;
  readonly domain: string;
  readonly ttl: number;
  readonly negativeTtl: number;
  readonly membership: Membership;
  readonly bus: Bus<AgentEvent>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
}

/** The open door. */
export interface DnsDoor extends AsyncDisposable {
  readonly port: number;
  /** The addresses it listens on. */
  readonly addresses: readonly string[];
  readonly counters: DnsCounters;
}

const MAX_SESSIONS = 256;
const TRIES = 10;
const LOG_PAUSE_MS = 60_000;
/** What the system says when it does not have an address. */
const NO_SUCH_ADDRESS: ReadonlySet<string | undefined> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);
const CHANGES = [
  'member-join',
  'member-update',
  'member-suspect',
  'member-alive',
  'member-failed',
  'member-leave',
  'member-reap',
  'member-settle',
  'member-reach',
  'record-change',
] as const;

/** Opens the door. Fails with the system's error when the port is taken or the first address is not ours. */
export async function startDns(options: DnsOptions): Promise<DnsDoor> {
  for (let left = options.port === 0 ? TRIES : 1; ; left--) {
    const responder = new Responder(options);
    try {
      return await open(options, responder);
    } catch (error) {
      await responder[Symbol.asyncDispose]();
      // A number that was free for TCP may be taken for UDP: then another one is tried.
      if (left === 1 || systemCode(error) !== 'EADDRINUSE') throw error;
    }
  }
}

async function open(options: DnsOptions, responder: Responder): Promise<DnsDoor> {
  const addresses: string[] = [];
  let { port } = options;
  for (const address of options.bind) {
    try {
      port = await responder.listen(address, port);
      addresses.push(address);
    } catch (error) {
      if (addresses.length === 0 || !NO_SUCH_ADDRESS.has(systemCode(error))) throw error;
      options.log.info({ address }, 'DNS does not listen on an address that this machine lacks');
    }
  }
  return {
    port,
    addresses,
    counters: responder.counters,
    [Symbol.asyncDispose]: () => responder[Symbol.asyncDispose](),
  };
}

/** Hands packets to the rules and their answers back. An exception here is a fault of ours: the asker is told, the door stays open. */
class Responder implements AsyncDisposable {
  readonly counters = new DnsCounters();
  readonly #options: DnsOptions;
  readonly #opened = new Disposal();
  #sessions = 0;
  #serial: number;
  #quietUntil = 0;

  constructor(options: DnsOptions) {
    this.#options = options;
    this.#serial = Math.floor(options.clock.wall() / 1_000);
    for (const type of CHANGES) this.#opened.use(options.bus.on(type, () => this.#onChange()));
  }

  /** Listens on both transports of an address, and tells the port. */
  async listen(address: string, port: number): Promise<number> {
    const tcp = this.#opened.use(await listenTcp({ address, port }, (connection) => this.#onConnection(connection)));
    const udp = this.#opened.use(await bindUdp({ address, port: tcp.port }));
    udp.onMessage((bytes, from) => {
      if (from.port === 0) return this.counters.countBad('port');
      const answer = this.#answer(asBuffer(bytes), 'udp');
      if (answer) udp.send(answer, from);
    });
    return tcp.port;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened[Symbol.asyncDispose]();
  }

  #onConnection(connection: Connection): void {
    if (this.#sessions >= MAX_SESSIONS) {
      this.counters.countBad('sessions');
      connection.close();
      return;
    }
    this.#sessions += 1;
    new TcpSession(connection, {
      clock: this.#options.clock,
      answer: (message) => this.#answer(message, 'tcp'),
      ended: (reason) => {
        this.#sessions -= 1;
        if (reason) this.counters.countBad(reason);
      },
    });
  }

  #answer(packet: Buffer, transport: Transport): Buffer | undefined {
    try {
      const outcome = answerQuery(packet, this.#zone(), transport);
      this.counters.count(outcome, transport);
      return outcome.kind === 'answer' ? outcome.bytes : undefined;
    } catch (error) {
      return this.#failed(packet, error);
    }
  }

  #failed(packet: Buffer, error: unknown): Buffer {
    this.counters.countBad('internal');
    const { clock, log } = this.#options;
    if (clock.now() >= this.#quietUntil) {
      this.#quietUntil = clock.now() + LOG_PAUSE_MS;
      log.error({ error: messageOf(error), query: packet.toString('hex') }, 'a DNS query could not be answered');
    }
    return servfail(packet);
  }

  #zone(): ZoneData {
    const { membership, domain, ttl, negativeTtl, random } = this.#options;
    return { membership, domain, ttl, negativeTtl, random, serial: this.#serial };
  }

  /** The serial never goes back, not even with the clock. */
  #onChange(): void {
    this.#serial = Math.max(this.#serial, Math.floor(this.#options.clock.wall() / 1_000));
  }
}

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A bare header: the query's number, opcode and RD, and the code for a fault of the server. */
function servfail(packet: Buffer): Buffer {
  const reply = Buffer.alloc(12);
  packet.copy(reply, 0, 0, 4);
  reply.writeUInt8(0x80 | (reply.readUInt8(2) & 0x79), 2);
  reply.writeUInt8(2, 3);
  return reply;
}
