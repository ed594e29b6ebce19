import type { PeerStream } from './stream.ts';

/** Who asks. */
export interface Peer {
  /** Its node id: an attribution, as every holder of the key could write it. */
  readonly id: string;
  /** Differs at each start of that node. */
  readonly boot: string;
  /** The zone whose key it has; where nothing is encrypted, ours. */
  readonly zone: string;
  /** Where the connection comes from. */
  readonly address: string;
  /** What stands behind it: the key of its zone, or nothing where nothing is encrypted. */
  readonly proof: 'key' | 'none';
}

/** A request of a peer, whole and checked. */
export interface PeerCall {
  readonly peer: Peer;
  /** The named pieces of the path, decoded. */
  readonly params: ReadonlyMap<string, string>;
  readonly query: URLSearchParams;
  readonly body: Uint8Array;
  /** The body as JSON; throws `bad_request` when it is none. */
  json(): unknown;
  /** Aborts when the peer has gone or the time is over. */
  readonly signal: AbortSignal;
}

/** An answer with a status or headers of its own. */
export class PeerReply {
  readonly body: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  /** The body is sent as that of a bare answer would be. */
  constructor(body: unknown, { status = 200, headers = {} }: Partial<Pick<PeerReply, 'status' | 'headers'>> = {}) {
    this.body = body;
    this.status = status;
    this.headers = headers;
  }
}

/** Something that peers can ask of a part of the agent, at `/peer/v1/<part><path>`. */
export interface PeerRoute {
  readonly part: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Begins with a slash; pieces such as `:id` are parameters. */
  readonly path: string;
  /** Bytes a body may have; 64 KiB when left out. */
  readonly maxBody?: number;
  /** Requests under way at the same time; 64 when left out. */
  readonly concurrency?: number;
  /** Milliseconds from the head of the request to the answer; 10 s when left out. */
  readonly timeoutMs?: number;
  /**
   * Answers with bytes, sent as they are; with pieces of bytes, sent as they come; with a `PeerReply`; or with anything else, sent as JSON.
   * A thrown `OpsbroError` becomes its status.
   */
  handle(call: PeerCall): unknown;
}

/** Gets each stream that a peer opens to a part. */
export type StreamHandler = (stream: PeerStream, peer: Peer) => void;
