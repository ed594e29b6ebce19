import type { Clock } from '../../base/clock.ts';
import { OpsbroError } from '../../base/errors.ts';
import type { Wish } from './messages.ts';

interface Limit {
  readonly clock: Clock;
  readonly ms: number;
}

/**
 * Settles as a request does, or rejects with `quorum` when that takes too long. A write goes on, and may be done later: its client is told
 * that nobody knows.
 */
export function withinTime<Done>(wish: Wish, running: Promise<Done>, { clock, ms }: Limit): Promise<Done> {
  return new Promise((resolve, reject) => {
    const late = clock.after(ms, () => {
      const details = wish.op === 'get' ? {} : { indeterminate: true };
      reject(new OpsbroError('quorum', `"${wish.key}": no outcome within ${ms} ms; try again`, { details }));
    });
    running.then(
      (done) => {
        late[Symbol.dispose]();
        resolve(done);
      },
      (error) => {
        late[Symbol.dispose]();
        reject(error);
      },
    );
  });
}
