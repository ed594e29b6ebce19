import type { Endpoint } from '../../net/address.ts';
import { encodeTags } from '../wire/tags.ts';
import type { Desk } from './desk.ts';
import type { Node } from './node.ts';
import { OUR_VERSIONS } from './node.ts';
import { type Accused, Refutations } from './refutations.ts';
import type { Roster } from './roster.ts';
import type { Spreader } from './spreader.ts';

interface Parts {
  readonly desk: Desk;
  readonly roster: Roster;
  readonly spreader: Spreader;
}

/** How this node is known in the pool when it starts. */
export interface Identity {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly incarnation: number;
}

/** This node as the pool knows it. Nobody else ever changes its record; whatever others say of it is overruled by a higher incarnation. */
export class Self {
  readonly name: string;
  readonly #parts: Parts;
  readonly #refutations: Refutations;
  #phase: 'here' | 'leaving' | 'gone' | 'silenced' = 'here';

  constructor(parts: Parts, { name, address, port, incarnation }: Identity) {
    this.name = name;
    this.#parts = parts;
    this.#refutations = new Refutations(parts.desk, (accused) => this.#refuteNow(accused));
    parts.roster.set({
      name,
      address,
      port,
      incarnation,
      meta: encodeTags(new Map()),
      tags: new Map(),
      versions: OUR_VERSIONS,
      state: 'alive',
      status: 'alive',
      statusLTime: 0,
      listed: true,
      changedAt: 0,
    });
  }

  get node(): Node {
    const node = this.#parts.roster.get(this.name);
    if (!node) throw new Error('the own record is never forgotten');
    return node;
  }

  /** We announced our leave, are gone, or have lost our name. */
  get isLeaving(): boolean {
    return this.#phase !== 'here';
  }

  /** The pool was told that we are gone, or our name is another's; from now on we are silent. */
  get isGone(): boolean {
    return this.#phase === 'gone' || this.#phase === 'silenced';
  }

  /** Our name is another's: what is meant for that name is not for us. */
  get isSilenced(): boolean {
    return this.#phase === 'silenced';
  }

  /** Our name belongs to whoever is there. We neither gossip nor probe from now on, and the shell is told. */
  silence(by: Endpoint): void {
    if (this.#phase !== 'here') return;
    this.#phase = 'silenced';
    this.#parts.desk.do({ type: 'nameLost', by: { address: by.address, port: by.port } });
  }

  leave(): void {
    this.#phase = 'leaving';
  }

  end(): void {
    this.#phase = 'gone';
  }

  /** Says that we live, under a higher incarnation than what was said of us: at once, or a little later when this happens often. */
  refute(accused: number, accuser: string): void {
    this.#refutations.add({ incarnation: accused, accuser });
  }

  #refuteNow({ incarnation: accused, accuser }: Accused): void {
    // An answer that was put off may be given by now.
    if (this.isGone || accused < this.node.incarnation) return;
    const { desk } = this.#parts;
    desk.count('refutations');
    desk.awareness.worsen();
    const incarnation = Math.max(this.node.incarnation, accused) + 1;
    desk.observe(this.node, 'refuted', accuser, { incarnation });
    const fields = { accuser, incarnation: accused };
    desk.do({ type: 'log', level: 'info', fields, text: `${accuser} holds something untrue of us; we refute it` });
    this.#announce({ incarnation });
  }

  /** Puts on these tags; the first ones before anyone knows us need no new incarnation. Who leaves changes no more: it would look alive. */
  wear(tags: ReadonlyMap<string, string>): void {
    if (this.isLeaving) return;
    const isFirst = this.node.tags.size === 0;
    const incarnation = this.node.incarnation + (isFirst ? 0 : 1);
    this.#announce({ incarnation, tags, meta: encodeTags(tags) });
    this.#parts.desk.do({ type: 'member', change: isFirst ? 'member-join' : 'member-update', node: this.node });
  }

  #announce(change: Partial<Node> & { readonly incarnation: number }): void {
    const { desk, roster, spreader } = this.#parts;
    desk.do({ type: 'incarnation', incarnation: change.incarnation });
    roster.set({ ...this.node, ...change });
    if (this.isGone) return;
    const { address, port, incarnation, meta, versions } = this.node;
    spreader.tell('membership', this.name, {
      kind: 'alive',
      node: this.name,
      address,
      port,
      incarnation,
      meta,
      versions,
    });
  }
}
