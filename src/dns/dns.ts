/** The DNS door: answers names of groups, nodes and services from the membership, over UDP and TCP. */
import type { Bus } from '../base/bus.ts';
import { Disposal } from '../base/disposal.ts';
import { systemCode } from '../base/errors.ts';
import { isLoopback } from '../base/loopback.ts';
import { secureBytes } from '../base/random.ts';
import { type AgentEvent, MEMBER_CHANGES } from '../model/event.ts';
import { type Endpoint, type ListenPlace, listenPlaces } from '../net/address.ts';
import { type Incoming, listenTcp } from '../net/tcp.ts';
import { bindUdp, type UdpSocket } from '../net/udp.ts';
import { kernelDrops } from '../net/udp-drops.ts';
import { type Admission, AskerGuard } from './asker.ts';
import { DnsCounters } from './counters.ts';
import type { Prepared } from './prepared.ts';
import { QueryLog } from './query-log.ts';
import { Recursor } from './recursor.ts';
import { type Message, Responder, type ResponderOptions, servfail, written } from './responder.ts';
import type { DoorSettings } from './settings.ts';
import { type Later, TcpSession } from './tcp-session.ts';

/** What the door needs. */
export interface DnsOptions extends ResponderOptions {
  /** Addresses to listen on; one that this machine lacks is skipped, unless it is the first. */
  readonly bind: readonly [string, ...string[]];
  /** 0 takes a free one, the same for UDP and TCP and on every address. */
  readonly port: number;
  readonly door: DoorSettings;
  readonly bus: Bus<AgentEvent>;
}

/** The open door. */
export interface DnsDoor extends AsyncDisposable {
  readonly port: number;
  /** The addresses it listens on. */
  readonly addresses: readonly string[];
  readonly counters: DnsCounters;
  /** Something else than the membership changed that answers depend on, such as who is worked on. */
  refresh(): void;
}

/** Connections of one address beyond this machine. */
const MAX_SESSIONS_EACH = 32;
const TRIES = 10;
const FLAGS_AT = 3;
const RECURSION_AVAILABLE = 0x80;
/** Bytes that the kernel is asked to hold each way while this process is busy. */
const SOCKET_BUFFERS = 4 * 1024 * 1024;
/** What the system says when it does not have an address. */
const NO_SUCH_ADDRESS: ReadonlySet<string | undefined> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);
const NEWS = [...MEMBER_CHANGES, 'member-settle', 'member-reach', 'record-change'] as const;
const OTHER_CHANGES = ['config-change', 'groups-change', 'pool-joined', 'isolated', 'key-change'] as const;

/** Opens the door. Fails with the system's error when the port is taken or the first address is not ours. */
export async function startDns(options: DnsOptions): Promise<DnsDoor> {
  for (let left = options.port === 0 ? TRIES : 1; ; left--) {
    const listeners = new Listeners(options);
    try {
      return await open(options, listeners);
    } catch (error) {
      await listeners[Symbol.asyncDispose]();
      // A number that was free for TCP may be taken for UDP: then another one is tried.
      if (left === 1 || systemCode(error) !== 'EADDRINUSE') throw error;
    }
  }
}

async function open(options: DnsOptions, listeners: Listeners): Promise<DnsDoor> {
  const addresses: string[] = [];
  let { port } = options;
  for (const { address, ipv6Only } of listenPlaces(options.bind, port)) {
    try {
      port = await listeners.listen({ address, port, ipv6Only });
      addresses.push(address);
    } catch (error) {
      if (addresses.length === 0 || !NO_SUCH_ADDRESS.has(systemCode(error))) throw error;
      options.log.info({ address }, 'DNS does not listen on an address that this machine lacks');
    }
  }
  return {
    port,
    addresses,
    counters: listeners.counters,
    refresh: () => listeners.refresh(),
    [Symbol.asyncDispose]: () => listeners[Symbol.asyncDispose](),
  };
}

/** The sockets of the door, between the askers and the responder. */
class Listeners implements AsyncDisposable {
  readonly counters: DnsCounters;
  readonly #options: DnsOptions;
  readonly #responder: Responder;
  readonly #guard: AskerGuard;
  readonly #recursor: Recursor | undefined;
  readonly #log: QueryLog;
  readonly #opened = new Disposal();
  readonly #bound: Endpoint[] = [];
  /** Open connections by the address of the asker. */
  readonly #sessions = new Map<string, number>();
  #sessionCount = 0;

  constructor(options: DnsOptions) {
    const { door, clock, bus, log } = options;
    this.#options = options;
    this.counters = new DnsCounters(() => kernelDrops(this.#bound));
    this.#responder = new Responder({ ...options, counters: this.counters });
    this.#guard = new AskerGuard(door, clock, this.#responder);
    this.#log = new QueryLog(door.logQueries, { clock, log });
    const { recursors: servers } = door;
    this.#recursor = servers.length > 0 ? new Recursor({ servers, clock, secureBytes }) : undefined;
    for (const type of NEWS) this.#opened.use(bus.on(type, ({ member }) => this.#responder.noteChange(member.id)));
    for (const type of OTHER_CHANGES) this.#opened.use(bus.on(type, () => this.refresh()));
  }

  refresh(): void {
    this.#responder.noteChange();
  }

  /** Listens on both transports of an address, and tells the port. */
  async listen(at: ListenPlace): Promise<number> {
    // Who has finished may still wait for answers of others.
    const accept = (connection: Incoming) => this.#onConnection(connection);
    const tcp = this.#opened.use(await listenTcp(at, accept, 'stays'));
    const udp = this.#opened.use(await bindUdp({ ...at, port: tcp.port }, 'alone', SOCKET_BUFFERS));
    this.#bound.push({ address: at.address, port: tcp.port });
    udp.onMessage((bytes, from) => this.#onDatagram(asBuffer(bytes), from, udp));
    return tcp.port;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened[Symbol.asyncDispose]();
  }

  #onDatagram(packet: Buffer, from: Endpoint, udp: UdpSocket): void {
    if (from.port === 0) {
      this.counters.countBad('port');
      return;
    }
    const admission = this.#guard.admitDatagram(packet, from.address);
    if (admission.kind === 'instead') {
      if (admission.answer) udp.send(written(admission.answer, packet), from);
      return;
    }
    const isTimed = this.counters.isTimed();
    const isPlain = !isTimed && this.#log.isOff;
    const finished = isPlain ? this.#responder.finished(packet, 0, packet.length, 'udp') : undefined;
    if (finished) {
      udp.send(written(finished, packet), from);
      return;
    }
    const mayForward = this.#recursor !== undefined && isLoopback(from.address);
    const message = { packet, start: 0, end: packet.length, transport: 'udp', from: from.address, mayForward } as const;
    const later = () => (made?: Buffer) => made && udp.send(made, from);
    const answer = isPlain ? this.#made(message, later) : this.#watched(message, later, isTimed);
    if (answer) udp.send(written(answer, packet), from);
  }

  /** What is finished for a message, or else made; sometimes it is timed, and sometimes a line is written about it. */
  #watched(message: Message, later: () => Later, isTimed: boolean): Prepared | undefined {
    const { clock } = this.#options;
    const began = isTimed ? clock.now() : 0;
    const isNoted = this.#log.isDue();
    const { packet, start, end, transport } = message;
    const finished = isNoted ? undefined : this.#responder.finished(packet, start, end, transport);
    const answer = finished ?? this.#made(message, later);
    if (isNoted) this.#log.note(message, answer);
    if (isTimed) this.counters.times.add((clock.now() - began) / 1_000);
    return answer;
  }

  /** Makes an answer; a name of others is asked elsewhere, and sent later. */
  #made(message: Message, later: () => Later): Prepared | undefined {
    const response = this.#responder.answer(message);
    if (response?.kind === 'forward' && this.#recursor) void this.#forward(this.#recursor, message, later());
    return response?.kind === 'answer' ? response.prepared : undefined;
  }

  async #forward(recursor: Recursor, { packet, start, end, transport }: Message, send: Later): Promise<void> {
    const query = Buffer.from(packet.subarray(start, end));
    const recursion = await recursor.ask(query, transport);
    this.counters.countForwarded(recursion.kind);
    const answer = recursion.kind === 'answer' ? recursion.bytes : servfail(query);
    answer.writeUInt8(answer.readUInt8(FLAGS_AT) | RECURSION_AVAILABLE, FLAGS_AT);
    send(answer);
  }

  #onConnection(connection: Incoming): void {
    const { address } = connection.remote;
    const open = this.#sessions.get(address) ?? 0;
    const isHere = isLoopback(address);
    const isFull = this.#sessionCount >= this.#options.door.tcpMax;
    if (isFull || (open >= MAX_SESSIONS_EACH && !isHere)) {
      this.counters.countBad('sessions');
      connection.close();
      return;
    }
    this.#sessionCount += 1;
    this.#sessions.set(address, open + 1);
    const standing = this.#guard.standingOf(address);
    new TcpSession(connection, {
      clock: this.#options.clock,
      idleMs: this.#options.door.tcpIdleMs,
      answer: (packet, start, end, later) => {
        if (standing === 'stranger') return answerOf(this.#guard.refused(packet.subarray(start, end), 'tcp'));
        const mayForward = isHere && this.#recursor !== undefined;
        const message = { packet, start, end, transport: 'tcp', from: address, mayForward } as const;
        return this.#watched(message, later, this.counters.isTimed());
      },
      ended: (reason) => this.#onEnded(address, reason),
    });
  }

  #onEnded(address: string, reason: string | undefined): void {
    this.#sessionCount -= 1;
    const left = (this.#sessions.get(address) ?? 1) - 1;
    if (left > 0) this.#sessions.set(address, left);
    else this.#sessions.delete(address);
    if (reason) this.counters.countBad(reason);
  }
}

const answerOf = (admission: Admission): Prepared | undefined =>
  admission.kind === 'instead' ? admission.answer : undefined;

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
