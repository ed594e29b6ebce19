import { z } from 'zod';
import { OpsbroError } from '../../base/errors.ts';
import { didYouMean } from '../../base/nearest.ts';
import type { InsidePart } from '../inside-part.ts';
import type { ApiParts } from '../parts.ts';
import { Reply, route } from '../route.ts';

const TEXT = 'text/plain; charset=utf-8';
/** Bytes that wait for a reader who does not keep up; further lines are left out, and he is told how many. */
const MOST_WAITING = 262_144;

const level = z
  .string()
  .transform((written) => written.toUpperCase())
  .pipe(z.enum(['DEBUG', 'INFO', 'WARNING', 'ERROR']))
  .default('INFO')
  .describe('debug, info, warning or error: lines of this level and above');

/** What the agent writes of what it does. */
export const logRoutes = ({ inside, access }: Pick<ApiParts, 'inside' | 'access'>) => ({
  'GET /log/parts/': route({
    access: 'read',
    summary: 'The parts of the agent whose log can be followed.',
    answer: z.array(z.string()),
    handle: () => [...inside.logParts()],
  }),
  'GET /log/follow/:part': route({
    access: 'admin',
    summary: 'The lines of a part as they are written, without end; at debug level also those that no file gets.',
    params: z.strictObject({ part: z.string().min(1).max(100) }),
    query: z.strictObject({ level }),
    answer: z.string(),
    produces: TEXT,
    handle({ params: { part }, query, signal, method, caller }) {
      const known = inside.logParts();
      if (!known.includes(part)) {
        throw new OpsbroError(
          'not_found',
          `no part of the log is named "${part}"${didYouMean(part, known)}; see GET /log/parts/`,
        );
      }
      if (method === 'HEAD') return '';
      const pass = caller.door === 'tcp' ? caller.pass : undefined;
      const reader = { signal, mayStay: () => pass === undefined || access.gate.holds(pass) };
      return new Reply(linesOf((take) => inside.followLog(part, query.level, take), reader));
    },
  }),
});

type Follow = (take: (line: string) => void) => ReturnType<InsidePart['followLog']>;

interface Reader {
  /** Aborts when he is gone. */
  readonly signal: AbortSignal;
  /** Whether what he showed still counts. */
  mayStay(): boolean;
}

/** The lines as they come, until who reads them is gone or may not read them any more. */
function linesOf(follow: Follow, { signal, mayStay }: Reader) {
  let following: Disposable | undefined;
  let left = 0;
  const end = () => following?.[Symbol.dispose]();
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const send = (text: string) => controller.enqueue(Buffer.from(`${text}\n`));
        following = follow((line) => {
          if (!mayStay()) {
            end();
            controller.close();
            return;
          }
          if ((controller.desiredSize ?? 0) <= 0) {
            left += 1;
            return;
          }
          if (left > 0) send(`... ${left} lines were left out, as they came faster than they were read`);
          left = 0;
          send(line);
        });
        signal.addEventListener('abort', end, { once: true });
      },
      cancel: end,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING }),
  );
}
