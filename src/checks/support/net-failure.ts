import { messageOf, systemCode } from '../../base/errors.ts';
import type { Phases } from './phases.ts';

const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ECONNRESET', 'connection reset'],
  ['EHOSTUNREACH', 'no route to host'],
  ['ENETUNREACH', 'network is unreachable'],
  ['EPIPE', 'connection closed'],
]);

/** What went wrong, in the words of the plugins that people know. */
export function failureText(error: unknown, phases: Phases, timeoutMs: number): string {
  const code = systemCode(error);
  if (code === 'ETIMEDOUT') {
    return `timeout after ${timeoutMs / 1_000} s (connect ${phases.textOf('connected')}, first byte ${phases.textOf('answered')})`;
  }
  const sentence = code === undefined ? undefined : SENTENCES.get(code);
  return sentence === undefined ? messageOf(error) : `${placeOf(error)}${sentence}`;
}

/** `connect to 127.0.0.1 port 80: ` for an error of connecting. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error && 'address' in error && 'port' in error)) return '';
  return `connect to ${String(error.address)} port ${String(error.port)}: `;
}
