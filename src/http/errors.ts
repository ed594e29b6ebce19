import { FAILURES, type FailureCode, OpsbroError } from '../base/errors.ts';

/** The body of every answer that is not a success. */
export interface ErrorBody {
  readonly error: {
    readonly code: FailureCode;
    readonly message: string;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

/** The failure as it is sent. The facts stand in `details`, and beside the message for clients of the store and of expressions, who look there. */
export const errorBody = ({ code, message, details }: OpsbroError): ErrorBody => ({
  error: details === undefined ? { code, message } : { ...details, code, message, details },
});

export const statusOf = ({ code }: OpsbroError): number => FAILURES[code].status;

/** What the answer's head says about the failure. */
export function errorHeaders(error: OpsbroError): Record<string, string> {
  const { allow, retry_after: wait } = error.details ?? {};
  switch (FAILURES[error.code].status) {
    case 401:
      return { 'www-authenticate': 'Bearer' };
    case 405:
      return typeof allow === 'string' ? { allow } : {};
    case 413:
      // The rest of the body stays unread, so the connection cannot serve another request.
      return { connection: 'close' };
    case 429:
      return typeof wait === 'number' ? { 'retry-after': String(wait) } : {};
    case 503:
      return { 'retry-after': '1' };
    default:
      return {};
  }
}

/** Makes a failure of anything that was thrown; what nobody foresaw becomes `internal` and `report` names it in the log. */
export function failureOf(thrown: unknown, report: (error: unknown) => string): OpsbroError {
  if (thrown instanceof OpsbroError) return thrown;
  return new OpsbroError('internal', `something broke; the log has it under ${report(thrown)}`, { cause: thrown });
}
