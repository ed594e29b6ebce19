import { FAILURES, type FailureCode, failedWith, messageOf } from '../base/errors.ts';

/** An error that the agent answered with. */
export class AgentRefusal extends Error {
  override readonly name = 'AgentRefusal';
  readonly status: number;
  readonly code: string;
  readonly details: unknown;

  constructor(status: number, answer: unknown) {
    const { code, message, details } = readError(answer);
    super(message ?? `the agent answered with status ${status}`);
    this.status = status;
    this.code = code ?? 'unknown';
    this.details = details;
  }
}

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface ReadError {
  readonly code?: string;
  readonly message?: string;
  readonly details?: unknown;
}

function readError(answer: unknown): ReadError {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return {};
  const { error } = answer;
  if (typeof error !== 'object' || error === null) return {};
  return {
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    ...('message' in error && typeof error.message === 'string' ? { message: error.message } : {}),
    ...('details' in error ? { details: error.details } : {}),
  };
}

/** With which code the command ends because of what was thrown. */
export function exitCodeOf(thrown: unknown): number {
  if (thrown instanceof UsageError) return 2;
  const code = codeOf(thrown);
  if (code !== undefined) return FAILURES[code].exit;
  if (thrown instanceof AgentRefusal) return exitOfRefusal(thrown);
  return 70;
}

/**
 * The code of an error of ours, if it is one. What the command line takes of the agent has a class of the same name of its own, so the class
 * itself does not tell.
 */
function codeOf(thrown: unknown): FailureCode | undefined {
  if (!(thrown instanceof Error) || thrown.name !== 'OpsbroError' || !('code' in thrown)) return undefined;
  return isFailureCode(thrown.code) ? thrown.code : undefined;
}

const isFailureCode = (code: unknown): code is FailureCode => typeof code === 'string' && Object.hasOwn(FAILURES, code);

function exitOfRefusal({ code, status }: AgentRefusal): number {
  if (isFailureCode(code)) return FAILURES[code].exit;
  return status >= 500 ? 1 : 2;
}

/** The sentence for people, as it is printed after `error: `. */
export function sentenceOf(thrown: unknown): string {
  if (thrown instanceof AgentRefusal) return `${thrown.message} (${thrown.code})`;
  const text = messageOf(thrown);
  if (exitCodeOf(thrown) !== 70) return text;
  return `${text}; this is a bug of opsbro: please report it with the command line and what --debug adds`;
}

/** The error for programs, in the shape of the API. */
export function errorJson(thrown: unknown): unknown {
  const message = messageOf(thrown);
  if (thrown instanceof AgentRefusal) {
    const { code, details } = thrown;
    return { error: { code, message, ...(details === undefined ? {} : { details }) } };
  }
  const code = codeOf(thrown) ?? (thrown instanceof UsageError ? 'bad_request' : 'internal');
  return { error: { code, message } };
}

/** Whether the agent is gone or about to start again, so that asking later may help. */
export const isPassing = (error: unknown): boolean =>
  failedWith(error, 'unreachable') ||
  (error instanceof AgentRefusal && (error.code === 'stopping' || error.code === 'initializing'));
