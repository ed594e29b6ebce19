import type { Desk } from '../../../src/gossip/core/desk.ts';
import { isLive, type Node } from '../../../src/gossip/core/node.ts';
import type { Roster } from '../../../src/gossip/core/roster.ts';
import type { Self } from '../../../src/gossip/core/self.ts';
import type { Spreader } from '../../../src/gossip/core/spreader.ts';
import { encodeAckPayload, ORIGIN } from '../../../src/gossip/wire/ack-payload.ts';
import type { Ack, IndirectPing, Nack, Ping, Source, Suspect } from '../../../src/gossip/wire/messages.ts';
import type { Endpoint } from '../../../src/net/address.ts';
import type { SerfStreams } from './serf-streams.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly self: Self;
  readonly spreader: Spreader;
  readonly streams: SerfStreams;
  readonly suspect: (message: Suspect) => void;
  readonly complain: (text: string) => void;
}

/** The probes of a modelled Serf agent, as memberlist makes them: directly, after half a second through three others and over TCP. */
export class SerfPings {
  readonly #parts: Parts;
  readonly #open = new Map<number, () => void>();
  #isProbing = false;

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

  take(message: Ping | IndirectPing | Ack | Nack, from: Endpoint): void {
    switch (message.kind) {
      case 'ping':
        this.#onPing(message, from);
        return;
      case 'indirectPing':
        this.#onIndirectPing(message, from);
        return;
      case 'ack':
        this.#open.get(message.seqNo)?.();
        return;
      case 'nack':
        return;
    }
  }

  #onPing({ node, seqNo, source }: Ping, from: Endpoint): void {
    const { complain, self } = this.#parts;
    if (node !== '' && node !== self.name) complain(`got ping for unexpected node ${node}`);
    else this.#answer({ kind: 'ack', seqNo, payload: encodeAckPayload({ coordinate: ORIGIN }) }, source, from);
  }

  #onIndirectPing({ node, nack, port, seqNo, source, target }: IndirectPing, from: Endpoint): void {
    const { desk, self, spreader } = this.#parts;
    const own = this.#expect(desk.profile.probeTimeout, (answered) => {
      if (answered) this.#answer({ kind: 'ack', seqNo, payload: null }, source, from);
      else if (nack) this.#answer({ kind: 'nack', seqNo }, source, from);
    });
    const place = { address: target, port: port === 0 ? self.node.port : port };
    spreader.sendToPlace(place, undefined, [{ kind: 'ping', seqNo: own, node, source: this.#source }]);
  }

  #tick(): void {
    const { desk, roster, self } = this.#parts;
    if (this.#isProbing) return;
    const isOver = (node: Node) =>
      node.listed && !isLive(node) && desk.now - node.changedAt >= desk.profile.gossipToTheDead;
    const node = roster.nextToProbe(self.name, () => roster.unlist([...roster.nodes.values()].filter(isOver)));
    if (node) this.#probe(node);
  }

  #probe(node: Node): void {
    const { desk, self, spreader, suspect } = this.#parts;
    const accusation = { kind: 'suspect', node: node.name, incarnation: node.incarnation, from: self.name } as const;
    let isOver = false;
    this.#isProbing = true;
    const end = (answered: boolean) => {
      isOver = true;
      this.#isProbing = false;
      if (!answered) suspect(accusation);
    };
    const seqNo = this.#expect(desk.profile.probeInterval, (answered) => !isOver && end(answered));
    const ping: Ping = { kind: 'ping', seqNo, node: node.name, source: this.#source };
    spreader.sendTo(node, node.state === 'suspect' ? [ping, accusation] : [ping]);
    desk.later(desk.profile.probeTimeout, () => {
      if (!isOver) this.#tryOthers(node, ping, () => !isOver && end(true));
    });
  }

  #tryOthers(node: Node, ping: Ping, answered: () => void): void {
    const { desk, roster, self, spreader, streams } = this.#parts;
    const isHelper = (other: Node) => other.state === 'alive' && other.name !== self.name && other.name !== node.name;
    const { seqNo, source = this.#source } = ping;
    for (const helper of roster.sample(desk.profile.indirectChecks, isHelper)) {
      const place = { node: node.name, target: node.address, port: node.port };
      spreader.sendTo(helper, [{ kind: 'indirectPing', seqNo, ...place, nack: true, source }]);
    }
    const timeoutMs = desk.profile.probeInterval - desk.profile.probeTimeout;
    streams.request({ to: node, message: ping, timeoutMs }, (answer) => answer?.kind === 'ack' && answered());
  }

  get #source(): Source {
    const { address, port, name } = this.#parts.self.node;
    return { address, port, node: name };
  }

  /** Waits for the ack of a new number; told once whether it came. */
  #expect(ms: number, then: (answered: boolean) => void): number {
    const { desk } = this.#parts;
    const seqNo = desk.nextId();
    const end = (answered: boolean) => {
      if (this.#open.delete(seqNo)) then(answered);
    };
    this.#open.set(seqNo, () => end(true));
    desk.later(ms, () => end(false));
    return seqNo;
  }

  #answer(message: Ack | Nack, source: Source | undefined, from: Endpoint): void {
    this.#parts.spreader.sendToPlace(source ?? from, undefined, [message]);
  }
}
