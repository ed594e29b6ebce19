import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { messageOf } from '../base/errors.ts';
import type { Api } from '../http/api.ts';
import type { Context } from './command.ts';
import { escaped } from './escape.ts';
import { isPassing, UsageError } from './failure.ts';
import { pause } from './initialized.ts';
import { changesBehind } from './kv-waiting.ts';

const WAIT_MS = 30_000;
const ANSWER_MS = 10_000;
const AGAIN_MS = 500;

type Change = Api['GET /kv-changes']['answer']['changes'][number];

/** Which changes are followed, and what is done at each. */
export interface Following {
  readonly prefix: string;
  /** Where to begin; now when left out. */
  readonly from: string | undefined;
  readonly values: '1' | undefined;
  /** Ends after so many. */
  readonly most: number;
  /** The program that is run at each change, with its arguments; empty: the change is printed. */
  readonly argv: readonly string[];
}

/** Shows changes as they happen, until so many were shown or the user interrupts. An agent that is not there is an error at first. */
export async function follow(following: Following, context: Context): Promise<void> {
  const stop = new AbortController();
  using _interrupt = context.world.onInterrupt(() => stop.abort());
  let index = following.from;
  let left = following.most;
  for (let isFirst = true; left > 0 && !stop.signal.aborted; isFirst = false) {
    const page = await nextPage(following, index, { context, isFirst, signal: stop.signal });
    if (page === undefined) continue;
    if (page.isNew && index !== undefined) {
      context.terminal.note(
        'the agent does not know any more what happened since; from now on changes are shown again',
      );
    }
    ({ index } = page);
    for (const change of page.changes.slice(0, left)) {
      if (stop.signal.aborted) return;
      await tell(change, following, { context, signal: stop.signal });
      left -= 1;
    }
  }
}

interface Asking {
  readonly context: Context;
  readonly isFirst: boolean;
  readonly signal: AbortSignal;
}

/** Nothing when the agent is gone for now, or the user has had enough. */
async function nextPage(
  { prefix, values }: Following,
  index: string | undefined,
  { context, isFirst, signal }: Asking,
) {
  try {
    const asked = { prefix, values, ...(index !== undefined && { index, wait: `${WAIT_MS}ms` }) };
    return await changesBehind(context.agent, asked, { timeoutMs: WAIT_MS + ANSWER_MS, signal });
  } catch (error) {
    if (signal.aborted) return undefined;
    if (isFirst || !isPassing(error)) throw error;
    await pause(AGAIN_MS);
    return undefined;
  }
}

async function tell(change: Change, { argv }: Following, { context, signal }: Omit<Asking, 'isFirst'>): Promise<void> {
  const { terminal } = context;
  if (argv.length > 0) await runProgram(change, argv, signal);
  else if (terminal.json) terminal.line(JSON.stringify(change));
  else terminal.line(`${change.index} ${change.op} ${escaped(change.key)} ${change.version}`);
}

/** One at a time, so that changes are handled in their order. How it ends does not end the watch. */
async function runProgram(change: Change, [program = '', ...args]: readonly string[], signal: AbortSignal) {
  const { key, op, index } = change;
  const env = { ...process.env, OPSBRO_KEY: key, OPSBRO_OP: op, OPSBRO_INDEX: index };
  const child = spawn(program, args, { env, stdio: ['pipe', 'inherit', 'inherit'], signal });
  // A program that does not read what it is told is no failure.
  child.stdin.on('error', () => {});
  child.stdin.end(`${JSON.stringify(change)}\n`);
  try {
    await once(child, 'close');
  } catch (error) {
    if (!signal.aborted) throw new UsageError(`${program} cannot be run: ${messageOf(error)}`);
  }
}
