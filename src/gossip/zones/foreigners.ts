import { createHash } from 'node:crypto';
import type { Desk } from '../core/desk.ts';
import { type ForeignNode, isLater } from './foreign-node.ts';

/** Which members of other zones this node may see. */
export type Visibility = (node: Pick<ForeignNode, 'zone' | 'isProxy'>) => boolean;

/** As many as all zones below can have together; who invents nodes ends here. */
const MAX_FOREIGNERS = 100_000;

/** The members of other zones that this node sees: told from zone to zone, never probed here. */
export class Foreigners {
  readonly #nodes = new Map<string, ForeignNode>();
  readonly #changedAt = new Map<string, number>();
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

  /** The same on two nodes that know the same; 8 bytes. */
  get digest(): Uint8Array {
    return this.#digest;
  }

  /** Takes in what somebody told; answers with what was news. */
  learn(told: readonly ForeignNode[]): ForeignNode[] {
    return told.filter((node) => this.#learnOne(node));
  }

  /** Forgets who has been dead or gone for longer than these times; they are told as forgotten. */
  reap(reapAfter: Readonly<Record<'dead' | 'left', number>>): void {
    for (const node of [...this.#nodes.values()]) {
      if (node.state !== 'dead' && node.state !== 'left') continue;
      const since = this.#changedAt.get(node.id) ?? this.#desk.now;
      if (this.#desk.now - since >= reapAfter[node.state]) this.#forget(node);
    }
  }

  #learnOne(node: ForeignNode): boolean {
    const known = this.#nodes.get(node.id);
    if (!this.#isVisible(node)) {
      this.#desk.count('dropped_foreign_invisible');
      return false;
    }
    if (!isLater(node, known)) return false;
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

  #forget(node: ForeignNode): void {
    this.#nodes.delete(node.id);
    this.#changedAt.delete(node.id);
    this.#digest = toggled(this.#digest, node);
    this.#desk.do({ type: 'foreignGone', node });
  }
}

const DIGEST_BYTES = 8;

/** A digest with a node put in, or taken out again. */
function toggled(digest: Uint8Array, node: ForeignNode | undefined): Uint8Array<ArrayBuffer> {
  const result = Uint8Array.from(digest);
  if (!node) return result;
  const hash = createHash('sha256').update(`${node.id}\n${node.incarnation}\n${node.state}`).digest();
  for (let place = 0; place < DIGEST_BYTES; place += 1) result[place] = (result[place] ?? 0) ^ (hash[place] ?? 0);
  return result;
}
