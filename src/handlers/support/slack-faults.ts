import { messageOf } from '../../base/errors.ts';
import { TryLater, Undeliverable } from '../../plugins/delivery.ts';

/** When Slack wants patience and does not say how much. */
const PATIENCE_S = 30;
/** Slack's own troubles, which pass. */
const PASSING = new Set([
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

interface Answer {
  readonly error?: unknown;
  readonly needed?: unknown;
}

/** Slack's own code of an error, such as `channel_not_found`; `undefined` when it is none of Slack's. */
export function slackCode(error: unknown): string | undefined {
  const { error: code } = answerOf(error);
  return typeof code === 'string' ? code : undefined;
}

/** What is thrown instead of an error of the client: says when to try again, and in words what is lacking. */
export function slackFault(error: unknown): Error {
  const code = slackCode(error);
  const wait = waitOf(error);
  if (wait !== undefined || code === 'ratelimited') {
    return new TryLater('Slack asks for patience', (wait ?? PATIENCE_S) * 1_000, { cause: error });
  }
  if (code === undefined) return new Error(`Slack cannot be reached: ${messageOf(error)}`, { cause: error });
  if (PASSING.has(code)) return new Error(`Slack answered ${code}`, { cause: error });
  return new Undeliverable(`Slack answered ${code}${hintOf(answerOf(error))}`, { cause: error });
}

function hintOf({ needed }: Answer): string {
  return typeof needed === 'string' ? ` (give the token the scope ${needed})` : '';
}

function answerOf(error: unknown): Answer {
  if (!(error instanceof Error && 'data' in error)) return {};
  return typeof error.data === 'object' && error.data !== null ? error.data : {};
}

/** Seconds that the client was told to wait. */
function waitOf(error: unknown): number | undefined {
  if (!(error instanceof Error && 'retryAfter' in error)) return undefined;
  return typeof error.retryAfter === 'number' ? error.retryAfter : undefined;
}
