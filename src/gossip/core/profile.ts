/** The rhythm of a pool: times in milliseconds, the others are plain numbers. All members of a pool should use the same. */
export interface Profile {
  /** Longest time for a whole exchange over TCP. */
  readonly tcpTimeout: number;
  /** How many members are asked to try when a probe stays unanswered. */
  readonly indirectChecks: number;
  /** A message is told on this many times per decimal digit of the pool's size. */
  readonly retransmitMult: number;
  readonly suspicionMult: number;
  /** A suspicion that nobody confirms lasts this many times longer than a confirmed one. */
  readonly suspicionMaxTimeoutMult: number;
  readonly pushPullInterval: number;
  readonly probeInterval: number;
  readonly probeTimeout: number;
  readonly gossipInterval: number;
  readonly gossipNodes: number;
  /** A dead member is still told the news for so long, and then leaves the probe list. */
  readonly gossipToTheDead: number;
  readonly reconnectInterval: number;
  /** News is told on after a random part of this. */
  readonly flushDelay: number;
  /** A member that is dead for so long is forgotten. */
  readonly reapDead: number;
  /** A member that left so long ago is forgotten. */
  readonly reapLeft: number;
}

const DAY = 24 * 3_600_000;

export const PROFILES = {
  lan: {
    tcpTimeout: 10_000,
    indirectChecks: 3,
    retransmitMult: 4,
    suspicionMult: 4,
    suspicionMaxTimeoutMult: 6,
    pushPullInterval: 30_000,
    probeInterval: 1_000,
    probeTimeout: 500,
    gossipInterval: 200,
    gossipNodes: 3,
    gossipToTheDead: 30_000,
    reconnectInterval: 5_000,
    flushDelay: 10,
    reapDead: DAY,
    reapLeft: DAY,
  },
  wan: {
    tcpTimeout: 30_000,
    indirectChecks: 3,
    retransmitMult: 4,
    suspicionMult: 6,
    suspicionMaxTimeoutMult: 6,
    pushPullInterval: 60_000,
    probeInterval: 5_000,
    probeTimeout: 3_000,
    gossipInterval: 500,
    gossipNodes: 4,
    gossipToTheDead: 60_000,
    reconnectInterval: 15_000,
    flushDelay: 50,
    reapDead: DAY,
    reapLeft: DAY,
  },
  local: {
    tcpTimeout: 1_000,
    indirectChecks: 1,
    retransmitMult: 2,
    suspicionMult: 3,
    suspicionMaxTimeoutMult: 6,
    pushPullInterval: 15_000,
    probeInterval: 1_000,
    probeTimeout: 200,
    gossipInterval: 100,
    gossipNodes: 3,
    gossipToTheDead: 15_000,
    reconnectInterval: 2_000,
    flushDelay: 5,
    reapDead: DAY,
    reapLeft: DAY,
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;
