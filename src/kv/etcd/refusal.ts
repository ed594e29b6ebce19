import { OpsbroError } from '../../base/errors.ts';
import { type Fields, fieldsOf } from './wire.ts';

/** What kind of refusal it is: this place cannot answer now, the login is needed anew, or nothing else will help. */
export type Refused =
  | { readonly type: 'elsewhere'; readonly error: OpsbroError }
  | { readonly type: 'login' }
  | { readonly type: 'final'; readonly error: OpsbroError };

/** Codes of gRPC. */
const CODES = { deadline: 4, unavailable: 14, unauthenticated: 16 } as const;

/** What an answer that is no success means. */
export function refusalOf(status: number, body: unknown): Refused {
  const { message, error, code } = fieldsOf(body) as Fields;
  const text = String(message ?? error ?? `status ${status}`);
  if (code === CODES.unauthenticated || /invalid auth token/.test(text)) return { type: 'login' };
  if (/no leader|timed out|leader changed|stopped|not connected/.test(text) || isPassing(code)) {
    return { type: 'elsewhere', error: quorum(`etcd cannot answer: ${text}`) };
  }
  return { type: 'final', error: finalError(text) };
}

const isPassing = (code: unknown): boolean => code === CODES.deadline || code === CODES.unavailable;

function finalError(text: string): OpsbroError {
  if (/request is too large/.test(text)) return new OpsbroError('too_large', 'the value is too large for etcd');
  if (/database space exceeded/.test(text)) return new OpsbroError('quota', 'the database of etcd is full');
  if (/revision has been compacted/.test(text)) return gone();
  return new OpsbroError('store_failed', `etcd refuses: ${text}`);
}

/** That no majority of the cluster could be asked. */
export const quorum = (message: string, cause?: unknown): OpsbroError =>
  new OpsbroError('quorum', message, cause === undefined ? {} : { cause });

/** That the changes behind a place are not kept any more. */
export const gone = (): OpsbroError =>
  new OpsbroError('index_gone', 'etcd does not keep the changes behind that index any more; list the keys anew');
