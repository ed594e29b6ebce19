/** Which nodes and services are left out: those that are critical, those in warning too, or none that is alive. */
export type Policy = 'critical' | 'warning' | 'any';

/** How names are answered. Times to live are seconds. */
export interface AnswerSettings {
  /** Our domains, with or without dots at their ends; an answer uses the one that was asked. */
  readonly domains: readonly string[];
  readonly ttl: number;
  /** How long the absence of a name or type may be remembered. */
  readonly negativeTtl: number;
  /** For names of groups and services. */
  readonly lists: Policy;
  /** For names of nodes. */
  readonly names: Policy;
  /** Give all that live when the policy leaves nobody. */
  readonly failOpen: boolean;
  /** Bytes of the largest datagram. */
  readonly maxUdp: number;
  /** Addresses in one answer at most; 0 is as many as fit. */
  readonly maxAnswers: number;
}

/** Who may ask, and how much. */
export interface DoorSettings {
  /** Networks whose questions are answered. */
  readonly allow: readonly string[];
  /** Answers a second over UDP to one network outside loopback; 0 is any number. */
  readonly rateLimit: number;
  /** Connections over TCP. */
  readonly tcpMax: number;
  readonly tcpIdleMs: number;
  /** Every so many queries one is logged; 0 is none. */
  readonly logQueries: number;
  /** Servers that are asked for names of others, as `address` or `address:port`. */
  readonly recursors: readonly string[];
}

/** What holds where nothing else is written. */
export const DEFAULT_ANSWERS: AnswerSettings = {
  domains: ['.opsbro'],
  ttl: 5,
  negativeTtl: 5,
  lists: 'critical',
  names: 'any',
  failOpen: false,
  maxUdp: 1232,
  maxAnswers: 0,
};
