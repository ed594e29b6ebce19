import { compareVersions } from '../version.ts';
import type { ClockTrust } from './clock-trust.ts';
import type { HybridClock } from './hybrid-clock.ts';
import type { Answer, Keyed, Question } from './messages.ts';
import type { Ports, Tuning } from './ports.ts';
import type { Replica } from './replica.ts';
import type { Standpoint } from './standpoint.ts';
import type { Upkeep } from './upkeep.ts';
import { isOfReplica, isOutdone, isWriting, keyOf, mayLack } from './wishes.ts';
import { type Heard, type Keeping, WriteBatches } from './write-batches.ts';

interface Parts {
  readonly ports: Ports;
  readonly tuning: Tuning;
  readonly trust: ClockTrust;
  readonly clock: HybridClock;
  readonly standpoint: Standpoint;
  readonly replica: Replica;
  /** Told who may lack what it was to keep. */
  readonly owed: () => Pick<Upkeep, 'owe' | 'oweAll'>;
}

/** Asks nodes, this one included, and takes note of what their answers say beside. */
export class Asker {
  readonly #parts: Parts;
  readonly #writes: WriteBatches;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#writes = new WriteBatches({
      atTurnEnd: (task) => parts.ports.atTurnEnd(task),
      ask: (node, question, views) => this.#send(node, question, views),
      lacked: (node, keyed, answer) => this.#lacked(node, keyed, answer),
    });
  }

  /** As `ask`, but tells what is heard, and what is to be written in one turn goes to a node together. */
  tell({ node, views }: Keeping, question: Question, heard: Heard): void {
    if (question.type === 'write') this.#writes.ask({ node, views }, question, heard);
    else this.ask(node, question, views).then(heard, () => heard(undefined));
  }

  /** Asks on behalf of a request that satisfies these views. Rejects when no answer came. */
  ask(node: string, question: Question, views: readonly string[], timeoutMs?: number): Promise<Answer> {
    return isWriting(question)
      ? this.#askToKeep(node, question, views, timeoutMs)
      : this.#send(node, question, views, timeoutMs);
  }

  async #askToKeep(node: string, question: Question, views: readonly string[], timeoutMs?: number): Promise<Answer> {
    const { ports, owed } = this.#parts;
    const isOwn = node === ports.self;
    try {
      const answer = await this.#send(node, question, views, timeoutMs);
      if (!mayLack(answer)) return answer;
      if (!isOwn) owed().owe(node, keyOf(question));
      else if (!isOutdone(answer)) owed().oweAll();
      return answer;
    } catch (error) {
      if (!isOwn) owed().owe(node, keyOf(question));
      throw error;
    }
  }

  #send(node: string, question: Question, views: readonly string[], timeoutMs?: number): Promise<Answer> {
    const { ports, replica } = this.#parts;
    const isOwn = node === ports.self && isOfReplica(question);
    return isOwn ? replica.answer(node, question, views) : this.#call(node, question, views, timeoutMs);
  }

  async #call(node: string, question: Question, views: readonly string[], timeoutMs?: number): Promise<Answer> {
    const { ports, tuning, trust, clock, standpoint } = this.#parts;
    const askedAt = ports.clock.now();
    const envelope = { clock: clock.last, views, question };
    const reply = await ports.call(node, envelope, timeoutMs ?? tuning.peerTimeoutMs);
    // What another node did or waited for first says nothing about the time.
    if (isOfReplica(question)) trust.hear(node, reply.wall, askedAt);
    clock.hear(reply.clock);
    standpoint.hear(node, reply);
    return reply.answer;
  }

  /** What could not be kept here, others have: it is fetched from them. */
  #lacked(node: string, keyed: Keyed, answer: Answer | undefined): void {
    const { ports, owed } = this.#parts;
    if (node !== ports.self) owed().owe(node, keyed.key);
    else if (answer !== undefined) void this.#fetch(keyed, answer);
  }

  async #fetch(keyed: Keyed, answer: Answer): Promise<void> {
    if (!isOutdone(answer) || (await this.#lacks(keyed))) this.#parts.owed().oweAll();
  }

  async #lacks({ key, record }: Keyed): Promise<boolean> {
    try {
      const held = await this.#parts.ports.records.read(key);
      return held === undefined || held === 'damaged' || compareVersions(held.version, record.version) < 0;
    } catch {
      // Whose store is broken compares all with the others when it is well again.
      return false;
    }
  }
}
