import { systemClock } from '../base/clock.ts';
import type { Answer, Manner } from './client.ts';
import type { Context } from './command.ts';
import { escaped } from './escape.ts';
import { isPassing } from './failure.ts';
import { pause } from './initialized.ts';
import { spin } from './spinner.ts';

const PATIENCE_MS = 30_000;
/** How long a single request waits at most; what is between us and the agent may cut longer ones. */
const LONGEST_READ_MS = 30_000;
/** The agent waits up to a sixteenth longer than it was asked to, and then has to answer. */
const SLACK = 1 / 16;
const ANSWER_MS = 10_000;
const AGAIN_MS = 200;

/** What a read that waits is asked with. */
export interface Known {
  readonly index?: string;
  readonly boot?: string;
  readonly wait?: string;
}

/** How a thing stands that is waited for. */
export interface Standing<Value> {
  readonly isReached: boolean;
  /** A whole sentence: `n2 is dead`. */
  readonly sentence: string;
  /** How it is, in a word or two. */
  readonly state: string;
  /** For programs. */
  readonly value: Value;
}

/** What is waited for. */
export interface Goal<Body, Value> {
  /** Asks the agent; the read waits when `known` says what is known. */
  ask(known: Known, manner: Manner): Promise<Answer<Body>>;
  /** Throws what ends the wait at once. */
  judge(body: Body): Standing<Value>;
  /** A whole sentence: `n2 is not alive`. */
  readonly missed: string;
}

/**
 * Waits until it is so, and gives the code to end with: 0, or 2 when the time of `--timeout` is over. Who asks for 0 seconds gets one look.
 * An agent that is not there is an error at first; later it may start again.
 */
export async function waitUntil<Body, Value>(goal: Goal<Body, Value>, context: Context): Promise<0 | 2> {
  const { terminal, globals } = context;
  const patience = globals.timeoutMs ?? PATIENCE_MS;
  const started = systemClock.now();
  const left = () => patience - (systemClock.now() - started);
  // The time of `--timeout` is for what is waited for: an agent that is slow to answer is not given up by it.
  let { headers, body } = await goal.ask({}, { timeoutMs: ANSWER_MS });
  let standing = goal.judge(body);
  const elapsed = () => `${Math.floor((patience - left()) / 1_000)}s/${seconds(patience)}s`;
  using _spinner = spin(() => `${escaped(standing.sentence)} (${elapsed()})`, context);
  while (!standing.isReached && left() > 0) {
    const wait = Math.ceil(Math.min(left(), LONGEST_READ_MS));
    const known = { ...numberIn(headers), wait: `${wait}ms` };
    const answer = await survived(goal.ask(known, { timeoutMs: wait * (1 + SLACK) + ANSWER_MS }));
    if (answer === undefined) {
      headers = {};
      await pause(Math.min(AGAIN_MS, Math.max(1, left())));
    } else {
      ({ headers, body } = answer);
      standing = goal.judge(body);
    }
  }
  _spinner[Symbol.dispose]();
  if (standing.isReached || terminal.json) {
    terminal.show(standing.value, () => terminal.line(escaped(standing.sentence)));
  }
  if (standing.isReached) return 0;
  terminal.note(escaped(`${goal.missed} after ${seconds(patience)} seconds (currently ${standing.state})`));
  return 2;
}

const seconds = (ms: number): string => String(Math.round(ms / 100) / 10);

/** What is known by this answer; without its number a further read does not wait. */
export function numberIn({ 'x-opsbro-index': index, 'x-opsbro-boot': boot }: Answer<unknown>['headers']): Known {
  return typeof index === 'string' && typeof boot === 'string' ? { index, boot } : {};
}

/** The answer, or nothing from an agent that is about to start again. */
async function survived<Body>(asked: Promise<Answer<Body>>): Promise<Answer<Body> | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isPassing(error)) return undefined;
    throw error;
  }
}
