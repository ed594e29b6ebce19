import type { Endpoint } from '../../net/address.ts';
import type { AckPayloads } from '../serf/ack-payloads.ts';
import { packAccusation, type TcpResult } from './accusation.ts';
import type { Appointment } from './agenda.ts';
import type { Desk } from './desk.ts';
import type { Isolation } from './isolation.ts';
import { answersTcp, isLive, type Node, samePlace, saysNack } from './node.ts';
import type { Pings } from './pings.ts';
import type { Reachability } from './reachability.ts';
import type { Reply, Requests } from './requests.ts';
import type { Roster } from './roster.ts';
import type { Rumors } from './rumors.ts';
import type { Self } from './self.ts';
import type { Spreader } from './spreader.ts';
import type { Testimonies } from './testimonies.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly spreader: Spreader;
  readonly pings: Pings;
  readonly requests: Requests;
  readonly rumors: Rumors;
  readonly acks: AckPayloads;
  readonly reachability: Reachability;
  readonly isolation: Isolation;
  readonly testimonies: Testimonies;
}

/** Probes that failed of late, whose acks may still come. */
const MAX_LATE = 32;
const MAX_REFUSERS = 256;

/** One probe under way. */
interface Probe {
  readonly node: Node;
  readonly seqNo: number;
  readonly sentAt: number;
  readonly deadline: number;
  /** When others are asked. */
  readonly patience: Appointment;
  /** Others were asked to try. */
  isIndirect: boolean;
  /** It answered by itself, not through others. */
  isHeard: boolean;
  asked: number;
  /** Of those asked, how many say when they hear nothing. */
  nacksExpected: number;
  nacks: number;
  tcp: TcpResult;
}

/** Asks one member after the other whether it lives: directly, then through others and over TCP, and suspects it if all stays silent. */
export class Prober {
  readonly #parts: Parts;
  readonly #failed = new Map<number, Probe>();
  /** Who refused a ping over TCP and was alive all the same: there something else refuses what comes over TCP. */
  readonly #refusers = new Set<string>();
  #current: Probe | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    parts.pings.onLate = ({ seqNo }) => this.#noteLate(seqNo);
  }

  start(): void {
    const { desk } = this.#parts;
    desk.every(
      () => desk.profile.probeInterval,
      () => this.#tick(),
    );
  }

  /** Ends the probe under way without a verdict: this node stood still and may have missed the answer. */
  abandon(): void {
    if (!this.#current) return;
    this.#parts.pings.abandon(this.#current.seqNo);
    this.#end(this.#current);
  }

  /** Nothing could be sent there: whoever is probed there is not waited for. */
  cannotSend(to: Endpoint): void {
    const probe = this.#current;
    if (!probe || probe.isIndirect || !samePlace(probe.node, to)) return;
    this.#parts.desk.count('probes_unsent');
    probe.patience.cancelled = true;
    this.#tryOthers(probe);
  }

  #tick(): void {
    const { isolation, roster, self } = this.#parts;
    if (self.isGone) return;
    isolation.look();
    if (this.#current) return;
    const node = roster.nextToProbe(self.name, () => this.#dropLongDead());
    if (node) this.#probe(node);
  }

  #probe(node: Node): void {
    const { desk, pings, self } = this.#parts;
    const wait = desk.awareness.stretch(desk.profile.probeInterval);
    const seqNo = pings.expect(wait, {
      answered: (rttMs, { payload }) => this.#succeed(probe, rttMs, payload),
      silent: () => this.#judge(probe),
      nacked: () => {
        probe.nacks += 1;
      },
    });
    const patience = desk.later(desk.profile.probeTimeout, () => this.#tryOthers(probe));
    const sent = { sentAt: desk.now, deadline: desk.now + wait, asked: 0, nacksExpected: 0, nacks: 0 };
    const probe: Probe = { node, seqNo, patience, isIndirect: false, isHeard: false, tcp: 'none', ...sent };
    this.#current = probe;
    // A suspect hears of the accusation with the question, so that it can answer both.
    const accusation = { kind: 'suspect', node: node.name, incarnation: node.incarnation, from: self.name } as const;
    pings.pingMember(node, seqNo, node.state === 'suspect' ? [accusation] : []);
  }

  /** An ack without anything in it was passed on by another. */
  #succeed(probe: Probe, rttMs: number, payload: Uint8Array | null): void {
    const { acks, desk, reachability, roster, rumors } = this.#parts;
    this.#end(probe);
    desk.awareness.improve();
    desk.count(probe.isIndirect ? 'probes_indirect' : 'probes_ok');
    if (payload === null && probe.isIndirect) return;
    probe.isHeard = true;
    reachability.heard(probe.node.name);
    rumors.answered(probe.node.name);
    desk.do({ type: 'heard', name: probe.node.name, rttMs });
    const node = roster.get(probe.node.name);
    if (node && !probe.isIndirect) acks.heard(node, rttMs, payload);
  }

  #tryOthers(probe: Probe): void {
    const { desk, pings, requests, roster, self, spreader } = this.#parts;
    const { node, seqNo } = probe;
    probe.isIndirect = true;
    const isHelper = (other: Node) => other.state === 'alive' && other.name !== self.name && other.name !== node.name;
    for (const helper of roster.sample(desk.profile.indirectChecks, isHelper)) {
      const place = { node: node.name, target: node.address, port: node.port };
      const nack = saysNack(helper);
      spreader.sendTo(helper, [{ kind: 'indirectPing', seqNo, ...place, nack, source: pings.source }]);
      probe.asked += 1;
      if (nack) probe.nacksExpected += 1;
    }
    if (!answersTcp(node)) return;
    const ping = { kind: 'ping', seqNo, node: node.name, source: pings.source } as const;
    probe.tcp = 'timeout';
    requests.send(node, ping, Math.max(1, probe.deadline - desk.now), (reply) => this.#heardTcp(probe, reply));
  }

  #heardTcp(probe: Probe, reply: Reply): void {
    probe.tcp = tcpResult(reply, probe.seqNo);
    if (probe.isHeard) return;
    const { pings, reachability } = this.#parts;
    if (probe.tcp === 'ok') reachability.missed(probe.node.name);
    const isGone = probe.tcp === 'refused' && probe === this.#current && !this.#refusers.has(probe.node.name);
    if (!isGone) return;
    // Its machine answered that nobody is there: a process that ended. That needs no more waiting.
    pings.abandon(probe.seqNo);
    this.#judge(probe);
  }

  /** The time is up without an ack over UDP. */
  #judge(probe: Probe): void {
    this.#end(probe);
    const { desk, reachability } = this.#parts;
    if (probe.tcp === 'ok') {
      desk.awareness.improve();
      desk.count('probes_tcp_only');
      reachability.tcpOnly(probe.node.name);
      return;
    }
    desk.count('probes_failed');
    this.#keepFailed(probe);
    this.#accuse(probe);
    // Who hears a refusal hears well.
    if (probe.tcp === 'refused') return;
    desk.awareness.worsen(probe.nacksExpected > 0 ? Math.max(0, probe.nacksExpected - probe.nacks) : 1);
  }

  #accuse(probe: Probe): void {
    const { desk, isolation, roster, rumors, self, testimonies } = this.#parts;
    const node = roster.get(probe.node.name);
    // One that raised its incarnation meanwhile has spoken, and may be elsewhere now: the silence is not its own.
    if (!node || !isLive(node) || node.incarnation !== probe.node.incarnation) return;
    const { asked, nacks: nacked, tcp } = probe;
    const [ms, { score }] = [Math.round(desk.now - probe.sentAt), desk.awareness];
    desk.observe(node, 'probe-timeout', self.name, { ms, score });
    if (asked > 0) desk.observe(node, 'indirect', self.name, { asked, acked: 0, nacked, silent: asked - nacked });
    if (tcp !== 'none') desk.observe(node, 'tcp', self.name, { result: tcp });
    const found = { ms, score, asked, nacked, tcp };
    const accusation = { node: node.name, incarnation: node.incarnation, from: self.name };
    const isPassedOn = rumors.accuse({ kind: 'suspect', ...accusation, opsbro: packAccusation(found) });
    // One that hears nobody keeps its reasons to itself as well.
    if (!isolation.isDeaf) testimonies.give(node, found, { isPassedOn });
  }

  #end(probe: Probe): void {
    this.#current = undefined;
    probe.patience.cancelled = true;
  }

  #keepFailed(probe: Probe): void {
    this.#failed.set(probe.seqNo, probe);
    if (this.#failed.size > MAX_LATE) this.#failed.delete(this.#failed.keys().next().value ?? probe.seqNo);
  }

  /** Too late for the verdict, but worth knowing for whoever asks why. */
  #noteLate(seqNo: number): void {
    const probe = this.#failed.get(seqNo);
    if (!probe) return;
    const { desk, self } = this.#parts;
    this.#failed.delete(seqNo);
    if (probe.tcp === 'refused' && this.#refusers.size < MAX_REFUSERS) this.#refusers.add(probe.node.name);
    desk.observe(probe.node, 'late-ack', self.name, { ms: Math.round(desk.now - probe.sentAt) });
  }

  /** At the end of a round: whoever is dead or gone for long is neither probed nor told on any more, only shown. */
  #dropLongDead(): void {
    const { desk, roster } = this.#parts;
    const isOver = (node: Node) =>
      node.listed && !isLive(node) && desk.now - node.changedAt >= desk.profile.gossipToTheDead;
    const over = [...roster.nodes.values()].filter(isOver);
    if (over.length > 0) roster.unlist(over);
  }
}

/** What came of a ping over TCP. */
function tcpResult(reply: Reply, seqNo: number): TcpResult {
  if ('message' in reply) return reply.message.kind === 'ack' && reply.message.seqNo === seqNo ? 'ok' : 'refused';
  return reply.isRefused ? 'refused' : 'timeout';
}
