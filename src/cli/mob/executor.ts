import { type RequestOptions, request } from 'node:http';
import type { ActionInfo, ServiceStatus } from '../../model/health.ts';

export type { ActionInfo, HealthCheckStatus, ServiceStatus } from '../../model/health.ts';

/** Where the agent is asked, and how often it is tried. */
export interface ExecutorOptions {
  readonly host?: string;
  readonly port?: number;
  /** A unix socket to ask instead of host and port; the paths begin with `/mob` there. */
  readonly socketPath?: string;
  readonly token?: string;
  /** 5 when left out. */
  readonly tries?: number;
  /** Milliseconds between two tries; 2 s when left out. */
  readonly pauseMs?: number;
  /** Waits between two tries; by the clock of the machine when left out. */
  pause?(ms: number): Promise<void>;
}

const pauseByClock = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What is to be repaired. */
interface Wanted {
  readonly service: string;
  readonly healthcheck?: string | undefined;
  readonly action: string;
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
}

/** The agent said no. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const NOT_THERE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const TIMEOUT_MS = 180_000;

/** Asks an agent for the health of its services, and for repairs. Connection errors are tried again; everything else is thrown at once. */
export class RpcExecutor {
  readonly #options: ExecutorOptions;

  constructor(options: ExecutorOptions = {}) {
    this.#options = options;
  }

  /** The names of all services. */
  async GetServiceList(): Promise<string[]> {
    return JSON.parse(await this.text('GET', 'GetServiceList')) as string[];
  }

  /** The status of one service, or of all. */
  async GetStatus(service?: string): Promise<ServiceStatus[]> {
    return JSON.parse(await this.text('GET', `GetStatus${queryOf({ service })}`)) as ServiceStatus[];
  }

  /** What an action does and takes; or, as its info, why there is none. */
  async ActionInfo(service: string, healthcheck: string, action: string): Promise<ActionInfo> {
    return JSON.parse(await this.text('GET', `ActionInfo${queryOf({ service, healthcheck, action })}`)) as ActionInfo;
  }

  /** Repairs: `(service, action, args, kwargs)`, or `(service, healthcheck, action, args, kwargs)`. Gives the status after it. */
  async RepairService(service: string, ...rest: readonly unknown[]): Promise<ServiceStatus> {
    const hasCheck = typeof rest[1] === 'string';
    const [action, args = [], kwargs = {}] = hasCheck ? rest.slice(1) : rest;
    const healthcheck = hasCheck ? String(rest[0]) : undefined;
    const wanted = { service, healthcheck, action: String(action), args, kwargs } as Wanted;
    return JSON.parse(await this.text('POST', 'RepairService', wanted)) as ServiceStatus;
  }

  /** The answer as it came. Throws `RpcError`, or the system's error when nobody answers. */
  async text(method: 'GET' | 'POST', target: string, body?: unknown): Promise<string> {
    const { tries = 5, pauseMs = 2_000, pause = pauseByClock } = this.#options;
    for (let left = tries - 1; ; left--) {
      try {
        return await this.#once(method, target, body);
      } catch (error) {
        if (left <= 0 || !isAbsence(error)) throw error;
        await pause(pauseMs);
      }
    }
  }

  #once(method: string, target: string, body: unknown): Promise<string> {
    const { host = 'localhost', port = 9991, socketPath, token } = this.#options;
    const sent = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      ...(sent && { 'content-type': 'application/json', 'content-length': sent.length }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const place: RequestOptions =
      socketPath === undefined ? { host, port, path: `/${target}` } : { socketPath, path: `/mob/${target}` };
    return new Promise((resolve, reject) => {
      const asking = request({ ...place, method, headers, agent: false }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(pieces).toString('utf8');
          const { statusCode = 0 } = answer;
          if (statusCode >= 200 && statusCode < 300) resolve(text);
          else reject(errorOf(statusCode, text));
        });
      });
      asking.setTimeout(TIMEOUT_MS, () => asking.destroy(new Error(`no answer within ${TIMEOUT_MS / 1_000} s`)));
      asking.on('error', reject);
      asking.end(sent);
    });
  }
}

const isAbsence = (error: unknown): boolean => {
  if (error instanceof AggregateError) return error.errors.some(isAbsence);
  return error instanceof Error && 'code' in error && NOT_THERE.has(String(error.code));
};

function queryOf(parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

function errorOf(status: number, text: string): RpcError {
  try {
    const { error } = JSON.parse(text) as { error: { code: string; message: string } };
    return new RpcError(status, error.code, error.message);
  } catch {
    return new RpcError(status, 'unknown', `the agent answered with status ${status}`);
  }
}
