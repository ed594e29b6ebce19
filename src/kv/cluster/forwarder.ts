import { FAILURES, type FailureCode, failedWith, OpsbroError } from '../../base/errors.ts';
import type { Answer, Outcome, Question, Wish } from './messages.ts';
import { allFull } from './refusals.ts';
import { isRepeatable } from './wishes.ts';

const MOST_TRIES = 3;

interface Parts {
  /** Asks a node to do what a client wants, and waits as long as the client does. Rejects when no answer came. */
  ask(node: string, question: Question): Promise<Answer>;
  isClockSound(): boolean;
}

/** Lets other nodes that keep a key do what a client wants of it. */
export class Forwarder {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Tries one node after the other until one has begun. Rejects as that one did, or, when none could, with `own`: why it is not done here.
   * Without it, with `disk_full` when that was why, and otherwise with `quorum` or `clock_skew`.
   */
  async run(wish: Wish, nodes: readonly string[], own?: OpsbroError): Promise<Outcome> {
    let reason = own;
    for (const node of nodes.slice(0, MOST_TRIES)) {
      const answer = await this.#tryAt(node, wish);
      if (answer?.type === 'outcome') return answer.outcome;
      if (answer?.type !== 'refused') continue;
      const { refusal } = answer;
      if (refusal.type === 'failed')
        throw new OpsbroError(codeOf(refusal.code), refusal.message, { details: refusal.details ?? {} });
      if (refusal.type === 'disk_full') reason ??= allFull(wish.key);
    }
    throw reason ?? this.#unreachable(wish);
  }

  /** A write that may have reached a node is not tried at another: it could be done twice, the first time last. */
  async #tryAt(node: string, wish: Wish): Promise<Answer | undefined> {
    try {
      return await this.#parts.ask(node, { type: 'coordinate', wish });
    } catch (error) {
      if (isRepeatable(wish) || failedWith(error, 'unreachable')) return undefined;
      const message = `the node that was to write "${wish.key}" did not answer`;
      throw new OpsbroError('quorum', message, { details: { indeterminate: true }, cause: error });
    }
  }

  #unreachable({ key }: Wish): OpsbroError {
    if (this.#parts.isClockSound())
      return new OpsbroError('quorum', `no node that keeps "${key}" can be reached; try again`);
    return new OpsbroError('clock_skew', 'the clock of this node differs from those of the others');
  }
}

const codeOf = (code: string): FailureCode => (Object.hasOwn(FAILURES, code) ? (code as FailureCode) : 'peer_failed');
