import { z } from 'zod';
import { defineFunction } from '../plugins/function.ts';

/** Less than an evaluation may take, so that the answer is no and not that it took too long. */
const LONGEST_MS = 14_000;

export default defineFunction({
  name: 'check_tcp',
  description: 'Whether a host takes a connection on a TCP port.',
  group: 'network',
  reach: 'net',

  options: z.object({
    host: z.string().min(1).describe('Name or address.'),
    port: z.int().min(1).max(65_535).describe('The port, 1 to 65535.'),
    timeout: z.number().positive().default(10).describe('Seconds it may take, at most 14.'),
  }),

  configure:
    ({ host: name, port, timeout }) =>
    async ({ host, signal }) => {
      const timeoutMs = Math.min(timeout * 1_000, LONGEST_MS);
      try {
        const connection = await host.connect({ host: name, port, timeoutMs, receiveCap: 0 }, signal);
        connection.close();
        return true;
      } catch {
        // Who is told to give up knows nothing.
        signal.throwIfAborted();
        return false;
      }
    },
});
