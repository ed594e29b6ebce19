import { packed } from '../record.ts';
import type { Answer, Keyed, Question } from './messages.ts';
import { mayLack } from './wishes.ts';

/** A batch is sent before the end of its turn when it has so many records, or so many bytes. */
const MOST = { records: 256, bytes: 262_144 };

/** Told what became of a question; without an answer if none came. */
export type Heard = (answer: Answer | undefined) => void;

/** A record on its way, and who waits for what became of it. */
interface Write extends Keyed {
  readonly heard: Heard;
}

/** Who is to keep something, on behalf of a request that satisfies these views. */
export interface Keeping {
  readonly node: string;
  readonly views: readonly string[];
}

interface Batch extends Keeping {
  readonly writes: Write[];
  bytes: number;
}

interface Parts {
  atTurnEnd(task: () => void): void;
  /** Asks a node on behalf of requests that satisfy these views. Rejects when no answer came. */
  ask(node: string, question: Question, views: readonly string[]): Promise<Answer>;
  /** Told which record a node may not have kept; without an answer, if none came. */
  lacked(node: string, keyed: Keyed, answer?: Answer): void;
}

/** Sends a node what is written in one turn as one question: what a question costs is shared by all of its records. */
export class WriteBatches {
  readonly #parts: Parts;
  /** What is gathered in this turn, at most one for each node. */
  #open: readonly Batch[] = [];

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Has a node keep a record. Throws for one that has no bytes: it would fail what others write with it. */
  ask(keeping: Keeping, { key, record: written }: Keyed, heard: Heard): void {
    const record = packed(written);
    const bytes = key.length + record.value.length;
    const batch = this.#batchFor(keeping, bytes);
    batch.writes.push({ key, record, heard });
    batch.bytes += bytes;
  }

  #batchFor({ node, views }: Keeping, more: number): Batch {
    const open = this.#open.find((batch) => batch.node === node);
    if (open !== undefined) {
      const isFull = open.writes.length >= MOST.records || open.bytes + more > MOST.bytes;
      if (!isFull && isSame(open.views, views)) return open;
      void this.#send(open);
    }
    if (this.#open.length === 0) this.#parts.atTurnEnd(() => this.#sendAll());
    const batch: Batch = { node, views, writes: [], bytes: 0 };
    this.#open = [...this.#open.filter((other) => other !== open), batch];
    return batch;
  }

  #sendAll(): void {
    const batches = this.#open;
    this.#open = [];
    for (const batch of batches) void this.#send(batch);
  }

  async #send({ node, writes, views }: Batch): Promise<void> {
    // No answer is no answer; what that means for a request is for those who count.
    const answer = await this.#parts.ask(node, questionOf(writes), views).catch(() => undefined);
    let fault: { readonly error: unknown } | undefined;
    for (const [place, write] of writes.entries()) {
      const own = answer && answerAt(place, answer);
      try {
        if (own === undefined || mayLack(own)) this.#parts.lacked(node, write, own);
        write.heard(own);
      } catch (error) {
        // A fault of ours with one of them is nothing to the others; it is told in the end.
        fault ??= { error };
      }
    }
    if (fault) throw fault.error;
  }
}

function questionOf(writes: readonly Keyed[]): Question {
  const [first, second] = writes;
  if (first !== undefined && second === undefined) return { type: 'write', key: first.key, record: first.record };
  return { type: 'writes', records: writes };
}

function answerAt(place: number, answer: Answer): Answer {
  if (answer.type !== 'kept') return answer;
  const refusal = answer.refused.get(place);
  return refusal === undefined ? DONE : { type: 'refused', refusal };
}

const DONE: Answer = { type: 'done' };

const isSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((view, place) => view === others[place]);
