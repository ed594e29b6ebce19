import type { Member } from '../../model/member.ts';
import type { Core } from '../core/core.ts';
import { type Input, PART_NAMES } from '../core/effect.ts';
import type { Directory } from '../directory.ts';
import type { Full } from '../records/bodies.ts';
import { listEntry } from '../records/entries.ts';
import type { ForeignNode } from './foreign-node.ts';
import type { RelayedEvent } from './frames.ts';
import type { RelayPool, Told } from './relay-pool.ts';
import type { ZonePlace } from './zone-place.ts';

interface Parts {
  readonly id: string;
  readonly zone: string;
  readonly core: Pick<Core, 'foreigners' | 'record'>;
  readonly directory: Pick<Directory, 'members'>;
  readonly place: ZonePlace;
  readonly step: (input: Input) => void;
}

/** The pool of this node, as the links to other zones see it. */
export class OwnPool implements RelayPool {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get id(): string {
    return this.#parts.id;
  }

  get zone(): string {
    return this.#parts.zone;
  }

  upward(): readonly ForeignNode[] {
    const { core, place } = this.#parts;
    return [...this.#own, ...[...core.foreigners.values()].filter(({ zone }) => place.isWithin(zone, this.zone))];
  }

  downward(): readonly ForeignNode[] {
    return this.#own.filter(({ isProxy }) => isProxy);
  }

  node(id: string): ForeignNode | undefined {
    const { core, directory } = this.#parts;
    const foreigner = core.foreigners.get(id);
    if (foreigner) return foreigner;
    const member = directory.members.get(id);
    return member && member.zone === this.zone ? toldOf(member) : undefined;
  }

  fulls(id: string): readonly Full[] {
    const record = this.#parts.core.record(id);
    return PART_NAMES.map((part) => ({ id, part, ...record[part] })).filter(({ version }) => version > 0);
  }

  learn(told: Told): void {
    this.#parts.step({ type: 'learn', told });
  }

  publish({ name, payload }: RelayedEvent): void {
    this.#parts.step({ type: 'tellEvent', name, payload });
  }

  setLinks(zones: readonly string[]): void {
    const change = { set: new Map([['links', listEntry(zones)]]), del: [] };
    this.#parts.step({ type: 'setEntries', part: 'base', change });
  }

  get #own(): ForeignNode[] {
    return [...this.#parts.directory.members.values()].filter(({ zone }) => zone === this.zone).map(toldOf);
  }
}

/** A member of our zone, as other zones hear of it. */
const toldOf = ({ id, name, zone, incarnation, state, isProxy, address, port, tags }: Member): ForeignNode => ({
  id,
  name,
  zone,
  incarnation,
  state,
  isProxy,
  address,
  port,
  peerPort: Number.parseInt(tags.get('pp') ?? '', 10) || 0,
});
