import type { AckPayloads } from '../serf/ack-payloads.ts';
import type { Appointment } from './agenda.ts';
import type { Desk } from './desk.ts';
import { answersTcp, isLive, type Node } from './node.ts';
import type { Pings } from './pings.ts';
import type { Requests } from './requests.ts';
import type { Roster } from './roster.ts';
import type { Rumors } from './rumors.ts';
import type { Self } from './self.ts';
import type { Spreader } from './spreader.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly spreader: Spreader;
  readonly pings: Pings;
  readonly requests: Requests;
  readonly rumors: Rumors;
  readonly acks: AckPayloads;
}

/** A member that only TCP reaches is reported once in so long. */
const UDP_BLOCKED_REPORT_MS = 3_600_000;

/** One probe under way. */
interface Probe {
  readonly node: Node;
  readonly seqNo: number;
  readonly deadline: number;
  /** When others are asked. */
  readonly patience: Appointment;
  /** Others were asked to try: an ack no longer tells our own distance. */
  isIndirect: boolean;
  tcpAnswered: boolean;
}

/** Asks one member after the other whether it lives: directly, then through others and over TCP, and suspects it if all stays silent. */
export class Prober {
  readonly #parts: Parts;
  readonly #udpBlockedReported = new Map<string, number>();
  #current: Probe | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  start(): void {
    const { desk } = this.#parts;
    desk.every(
      () => desk.profile.probeInterval,
      () => this.#tick(),
    );
  }

  #tick(): void {
    const { roster, self } = this.#parts;
    if (this.#current || self.isGone) return;
    const node = roster.nextToProbe(self.name, () => this.#dropLongDead());
    if (node) this.#probe(node);
  }

  #probe(node: Node): void {
    const { desk, pings, self } = this.#parts;
    const { probeInterval, probeTimeout } = desk.profile;
    const seqNo = pings.expect(probeInterval, {
      answered: (rttMs, payload) => this.#succeed(probe, rttMs, payload),
      silent: () => this.#judge(probe),
    });
    const patience = desk.later(probeTimeout, () => this.#tryOthers(probe));
    const probe: Probe = {
      node,
      seqNo,
      deadline: desk.now + probeInterval,
      patience,
      isIndirect: false,
      tcpAnswered: false,
    };
    this.#current = probe;
    // A suspect hears of the accusation with the question, so that it can answer both.
    const accusation = { kind: 'suspect', node: node.name, incarnation: node.incarnation, from: self.name } as const;
    pings.pingMember(node, seqNo, node.state === 'suspect' ? [accusation] : []);
  }

  #succeed(probe: Probe, rttMs: number, payload: Uint8Array | null): void {
    this.#end(probe);
    const { acks, desk, roster } = this.#parts;
    desk.count(probe.isIndirect ? 'probes_indirect' : 'probes_ok');
    if (probe.isIndirect) return;
    desk.do({ type: 'heard', name: probe.node.name, rttMs });
    const node = roster.get(probe.node.name);
    if (node) acks.heard(node, rttMs, payload);
  }

  #tryOthers(probe: Probe): void {
    const { desk, pings, requests, roster, self, spreader } = this.#parts;
    const { node, seqNo } = probe;
    probe.isIndirect = true;
    const isHelper = (other: Node) => other.state === 'alive' && other.name !== self.name && other.name !== node.name;
    for (const helper of roster.sample(desk.profile.indirectChecks, isHelper)) {
      const place = { node: node.name, target: node.address, port: node.port };
      spreader.sendTo(helper, [{ kind: 'indirectPing', seqNo, ...place, nack: false, source: pings.source }]);
    }
    if (!answersTcp(node)) return;
    const ping = { kind: 'ping', seqNo, node: node.name, source: pings.source } as const;
    requests.send(node, ping, Math.max(1, probe.deadline - desk.now), (reply) => {
      probe.tcpAnswered = 'message' in reply && reply.message.kind === 'ack' && reply.message.seqNo === seqNo;
    });
  }

  /** The time is up without an ack over UDP. */
  #judge(probe: Probe): void {
    this.#end(probe);
    const { desk, roster, rumors, self } = this.#parts;
    if (probe.tcpAnswered) {
      this.#reportUdpBlocked(probe.node.name);
      return;
    }
    desk.count('probes_failed');
    const node = roster.get(probe.node.name);
    if (!node || !isLive(node)) return;
    rumors.suspect({ kind: 'suspect', node: node.name, incarnation: node.incarnation, from: self.name });
  }

  #end(probe: Probe): void {
    this.#current = undefined;
    probe.patience.cancelled = true;
  }

  #reportUdpBlocked(member: string): void {
    const { desk } = this.#parts;
    desk.count('probes_tcp_only');
    if (desk.now < (this.#udpBlockedReported.get(member) ?? Number.NEGATIVE_INFINITY)) return;
    this.#udpBlockedReported.set(member, desk.now + UDP_BLOCKED_REPORT_MS);
    const text = `${member} answers over TCP but not over UDP; is UDP blocked between us?`;
    desk.do({ type: 'log', level: 'warn', fields: { member }, text });
  }

  /** At the end of a round: whoever is dead or gone for long is neither probed nor told on any more, only shown. */
  #dropLongDead(): void {
    const { desk, roster } = this.#parts;
    for (const node of roster.nodes.values()) {
      if (!node.listed || isLive(node) || desk.now - node.changedAt < desk.profile.gossipToTheDead) continue;
      roster.set({ ...node, listed: false });
      this.#udpBlockedReported.delete(node.name);
    }
  }
}
