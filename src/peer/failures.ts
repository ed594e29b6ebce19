import { FAILURES, type FailureCode, OpsbroError } from '../base/errors.ts';

const JSON_TYPE = 'application/json; charset=utf-8';

/** The answer to whatever was thrown; what nobody foresaw becomes `internal`, and `report` gives the name under which the log has it. */
export function failureOf(thrown: unknown, report: (error: unknown) => string): OpsbroError {
  if (thrown instanceof OpsbroError) return thrown;
  return new OpsbroError('internal', `something broke; the log has it under ${report(thrown)}`, { cause: thrown });
}

export const statusOf = ({ code }: OpsbroError): number => FAILURES[code].status;

/** The body of a failure. */
export const failureBody = ({ code, message, details }: OpsbroError): string =>
  JSON.stringify({ error: { code, message, ...(details && { details }) } });

/** A failure as an answer. */
export function failed(failure: OpsbroError): Response {
  const headers = { 'content-type': JSON_TYPE, 'cache-control': 'no-store' };
  return new Response(failureBody(failure), { status: statusOf(failure), headers });
}

/** What a peer said when it did not do as asked; `peer_failed` when it did not say it in a form that we know. */
export function failureIn(status: number, body: Uint8Array, peer: string): OpsbroError {
  const details = { peer, status };
  const said = errorIn(body);
  if (!said) return new OpsbroError('peer_failed', `peer ${peer} answered with status ${status}`, { details });
  const code = isCode(said.code) ? said.code : 'peer_failed';
  return new OpsbroError(code, `peer ${peer}: ${said.message}`, { details: { ...said.details, ...details } });
}

interface Said {
  readonly code: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

function errorIn(body: Uint8Array): Said | undefined {
  try {
    const { error } = JSON.parse(new TextDecoder().decode(body)) as { readonly error?: Partial<Said> };
    if (typeof error?.code !== 'string' || typeof error.message !== 'string') return undefined;
    const { code, message, details } = error;
    return { code, message, details: typeof details === 'object' && details !== null ? details : {} };
  } catch {
    return undefined;
  }
}

const isCode = (code: string): code is FailureCode => Object.hasOwn(FAILURES, code);
