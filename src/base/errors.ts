/** Every failure the agent names: what HTTP answers and with which code the command line ends when it gets there. */
export const FAILURES = {
  bad_request: { status: 400, exit: 2 },
  bad_key: { status: 400, exit: 2 },
  bad_ttl: { status: 400, exit: 2 },
  invalid_config: { status: 400, exit: 2 },
  unauthorized: { status: 401, exit: 2 },
  forbidden: { status: 403, exit: 2 },
  not_allowed: { status: 403, exit: 2 },
  reserved_key: { status: 403, exit: 2 },
  not_found: { status: 404, exit: 2 },
  unknown_route: { status: 404, exit: 2 },
  method_not_allowed: { status: 405, exit: 2 },
  conflict: { status: 409, exit: 2 },
  ambiguous: { status: 409, exit: 2 },
  already_exists: { status: 409, exit: 2 },
  cas_failed: { status: 409, exit: 3 },
  count_changed: { status: 409, exit: 1 },
  topic_disabled: { status: 409, exit: 2 },
  index_gone: { status: 410, exit: 1 },
  length_required: { status: 411, exit: 2 },
  too_large: { status: 413, exit: 2 },
  uri_too_long: { status: 414, exit: 2 },
  unsupported_type: { status: 415, exit: 2 },
  wrong_host: { status: 421, exit: 2 },
  expression: { status: 422, exit: 2 },
  missing: { status: 424, exit: 3 },
  too_many_requests: { status: 429, exit: 1 },
  internal: { status: 500, exit: 70 },
  not_supported: { status: 501, exit: 2 },
  peer_failed: { status: 502, exit: 1 },
  unreachable: { status: 502, exit: 1 },
  initializing: { status: 503, exit: 1 },
  quorum: { status: 503, exit: 1 },
  no_kv_nodes: { status: 503, exit: 1 },
  clock_skew: { status: 503, exit: 1 },
  overloaded: { status: 503, exit: 1 },
  stopping: { status: 503, exit: 1 },
  store_failed: { status: 503, exit: 1 },
  peer_timeout: { status: 504, exit: 1 },
  disk_full: { status: 507, exit: 1 },
  quota: { status: 507, exit: 1 },
} as const satisfies Record<string, { status: number; exit: number }>;

export type FailureCode = keyof typeof FAILURES;

interface FailureOptions extends ErrorOptions {
  /** Facts for programs, sent as `details` of the error body. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** An error with a stable code. The message is for people and may change; the code is the contract. */
export class OpsbroError extends Error {
  override readonly name = 'OpsbroError';
  readonly code: FailureCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: FailureCode, message: string, options: FailureOptions = {}) {
    super(message, options);
    this.code = code;
    this.details = options.details;
  }
}

/** Whether `error` carries one of the given codes. */
export function failedWith(error: unknown, ...codes: FailureCode[]): error is OpsbroError {
  return error instanceof OpsbroError && codes.includes(error.code);
}

/** The sentence of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The system's code of an error, such as `ENOENT`, if it has one. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
