import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../base/errors.ts';
import type { ThreadAnswer, ThreadOrder } from './threads.ts';

// What a thread of `threads.ts` runs: loads the module it was given, says so, and then answers item by item.

const { module, items } = workerData as ThreadOrder;
const { default: work } = (await import(module)) as { readonly default: (item: unknown) => unknown };

const say = (answer: ThreadAnswer) => parentPort?.postMessage(answer);

say({ type: 'ready' });
for (const item of items) {
  try {
    say({ type: 'done', value: await work(item) });
  } catch (error) {
    say({ type: 'failed', message: messageOf(error) });
  }
}
