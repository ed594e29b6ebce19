import { createHash } from 'node:crypto';
import type { Desk } from '../core/desk.ts';
import { type ForeignNode, isLater } from './foreign-node.ts';

/** Which members of other zones this node may see. */
export type Visibility = (node: Pick<ForeignNode, 'zone' | 'isProxy'>) => boolean;

/** As many as all zones below can have together; who invents nodes ends here. */
const MAX_FOREIGNERS = 100_000;

/** Of so many that were forgotten it is known that they are gone, should somebody who still lists them tell of them. */
const MAX_GRAVES = 4_096;

/** The members of other zones that this node sees: told from zone to zone, never probed here. */
export class Foreigners {
  readonly #nodes = new Map<string, ForeignNode>();
  readonly #changedAt = new Map<string, number>();
  /** The incarnation under which each was forgotten. */
  readonly #graves = new Map<string, number>();
  readonly #desk: Desk;
  readonly #isVisible: Visibility;
  #digest = new Uint8Array(DIGEST_BYTES);

  constructor(desk: Desk, isVisible: Visibility) {
    this.#desk = desk;
    this.#isVisible = isVisible;
  }

  get nodes(): ReadonlyMap<string, ForeignNode> {
    return this.#nodes;
  }

  /** The same on two nodes that know the same of who lives; 8 bytes, never changed but replaced. */
  get digest(): Uint8Array {
    return this.#digest;
  }

  /** Takes in what somebody told; answers with what was news. */
  learn(told: readonly ForeignNode[]): ForeignNode[] {
    return told.filter((node) => this.#learnOne(node));
  }

  /** Forgets who has been dead or gone for longer than these times; answers with them. They are told as forgotten. */
  reap(reapAfter: Readonly<Record<'dead' | 'left', number>>): ForeignNode[] {
    const isOver = ({ id, state }: ForeignNode) => {
      if (state !== 'dead' && state !== 'left') return false;
      return this.#desk.now - (this.#changedAt.get(id) ?? this.#desk.now) >= reapAfter[state];
    };
    const over = [...this.#nodes.values()].filter(isOver);
    for (const node of over) this.#bury(node);
    return over;
  }

  /** Forgets whom this node may not see any more, as the zones hang together otherwise now; answers with them. */
  review(): ForeignNode[] {
    const hidden = [...this.#nodes.values()].filter((node) => !this.#isVisible(node));
    for (const node of hidden) this.#forget(node);
    return hidden;
  }

  /** Forgets a node, whatever it is. */
  forget(id: string): void {
    const node = this.#nodes.get(id);
    if (node) this.#forget(node);
  }

  #learnOne(node: ForeignNode): boolean {
    const known = this.#nodes.get(node.id);
    if (!this.#isVisible(node)) return this.#lose(node, known);
    if (!isLater(node, known) || this.#isBuried(node)) return false;
    if (!known && this.#nodes.size >= MAX_FOREIGNERS) {
      this.#desk.count('dropped_pool_full');
      return false;
    }
    if (known?.state !== node.state) this.#changedAt.set(node.id, this.#desk.now);
    this.#nodes.set(node.id, node);
    this.#digest = toggled(toggled(this.#digest, known), node);
    this.#desk.do({ type: 'foreign', node });
    return true;
  }

  /** A proxy of the zone above that is none any more is news to all who knew it. */
  #lose(node: ForeignNode, known: ForeignNode | undefined): boolean {
    if (known && isLater(node, known)) {
      this.#bury({ ...known, incarnation: node.incarnation });
      return true;
    }
    this.#desk.count('dropped_foreign_invisible');
    return false;
  }

  #bury({ id, incarnation }: ForeignNode): void {
    this.forget(id);
    this.#graves.set(id, incarnation);
    const [oldest] = this.#graves.keys();
    if (this.#graves.size > MAX_GRAVES && oldest !== undefined) this.#graves.delete(oldest);
  }

  #isBuried({ id, incarnation }: ForeignNode): boolean {
    const buried = this.#graves.get(id);
    if (buried === undefined) return false;
    if (incarnation > buried) this.#graves.delete(id);
    return incarnation <= buried;
  }

  #forget(node: ForeignNode): void {
    this.#nodes.delete(node.id);
    this.#changedAt.delete(node.id);
    this.#digest = toggled(this.#digest, node);
    this.#desk.do({ type: 'foreignGone', node });
  }
}

const DIGEST_BYTES = 8;

/** A digest with a node put in, or taken out again. Who is dead or gone may be forgotten elsewhere already, so it does not count. */
function toggled(digest: Uint8Array<ArrayBuffer>, node: ForeignNode | undefined): Uint8Array<ArrayBuffer> {
  if (node?.state !== 'alive' && node?.state !== 'suspect') return digest;
  const result = Uint8Array.from(digest);
  const hash = createHash('sha256').update(`${node.id}\n${node.incarnation}\n${node.state}`).digest();
  for (let place = 0; place < DIGEST_BYTES; place += 1) result[place] = (result[place] ?? 0) ^ (hash[place] ?? 0);
  return result;
}
