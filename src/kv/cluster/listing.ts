import { OpsbroError } from '../../base/errors.ts';
import { isLive, type KvRecord } from '../record.ts';
import { compareVersions } from '../version.ts';
import type { Answer, Keyed, Question } from './messages.ts';
import type { RecordPage, Scope } from './ports.ts';
import type { Standpoint } from './standpoint.ts';
import { COPIES } from './view.ts';

/** Pages that are asked for to fill one: many keys in a row may be deleted ones. */
const MOST_ROUNDS = 100;

interface Parts {
  readonly standpoint: Standpoint;
  isAlive(node: string): boolean;
  ask(node: string, question: Question, views: readonly string[]): Promise<Answer>;
  wall(): number;
}

/** A part of what the whole ring holds. */
export interface RingPage {
  /** Living ones, each key once, in the order of the keys' bytes. */
  readonly records: readonly Keyed[];
  readonly next: string | undefined;
  /** Nodes that did not tell everything, if keys may be missing because of that. */
  readonly missing: readonly string[];
}

interface Gathered {
  readonly pages: ReadonlyMap<string, RecordPage>;
  readonly silent: readonly string[];
}

/** Lists what all nodes of the ring hold together. */
export class Listing {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Rejects with `quorum` when no node answered. */
  async page(scope: Scope, after: string | undefined): Promise<RingPage> {
    const found: Keyed[] = [];
    const missing = new Set<string>();
    let behind = after;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const gathered = await this.#gather(scope, behind);
      for (const node of this.#incomplete(gathered)) missing.add(node);
      const horizon = horizonOf(gathered.pages.values());
      found.push(...this.#living(gathered.pages.values(), horizon));
      behind = horizon;
      if (horizon === undefined || found.length >= scope.limit) break;
    }
    const isCut = found.length > scope.limit;
    const records = found.slice(0, scope.limit);
    return { records, next: isCut ? records.at(-1)?.key : behind, missing: [...missing] };
  }

  async #gather(scope: Scope, after: string | undefined): Promise<Gathered> {
    const { standpoint, isAlive, ask } = this.#parts;
    const duties = standpoint.duties();
    const members = new Set(duties.flatMap(({ view }) => view.members));
    const pages = new Map<string, RecordPage>();
    const asked = [...members].filter(isAlive).map(async (node) => {
      const answer = await ask(node, { type: 'scan', scope, after }, [standpoint.present.id]);
      if (answer.type === 'scanned') pages.set(node, answer);
    });
    await Promise.allSettled(asked);
    if (pages.size === 0) throw new OpsbroError('quorum', 'no node of the ring could be asked; try again');
    return { pages, silent: [...members].filter((node) => !pages.has(node)) };
  }

  /** As long as fewer are missing than keep a key, everything was told by somebody. */
  #incomplete({ pages, silent }: Gathered): readonly string[] {
    const { standpoint } = this.#parts;
    const filling = [...pages.keys()].filter((node) => !standpoint.isWhole(node));
    const lacking = [...silent, ...filling];
    const copies = Math.min(COPIES, ...standpoint.duties().map(({ view }) => view.members.length));
    return lacking.length >= copies ? lacking : [];
  }

  #living(pages: Iterable<RecordPage>, horizon: string | undefined): readonly Keyed[] {
    const newest = new Map<string, KvRecord>();
    for (const { records } of pages) {
      for (const { key, record } of records) {
        const known = newest.get(key);
        if (known === undefined || compareVersions(record.version, known.version) > 0) newest.set(key, record);
      }
    }
    const now = this.#parts.wall();
    return [...newest]
      .filter(([key, record]) => isLive(record, now) && (horizon === undefined || compareKeys(key, horizon) <= 0))
      .map(([key, record]) => ({ key, record }))
      .sort((one, other) => compareKeys(one.key, other.key));
  }
}

/** Up to where all of them told everything; `undefined`: to the end. */
function horizonOf(pages: Iterable<RecordPage>): string | undefined {
  const ends = [...pages].flatMap(({ next }) => (next === undefined ? [] : [next]));
  return ends.sort(compareKeys)[0];
}

const compareKeys = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
