/** The ways in. */
export const LISTENERS = ['tcp', 'udp', 'pickle'] as const;
export type Listener = (typeof LISTENERS)[number];

/** Why something gave no point. */
export type Fault =
  | 'fields'
  | 'path'
  | 'value'
  | 'time'
  | 'long'
  | 'share'
  | 'store'
  | 'shape'
  | 'frame'
  | 'pickle_refused'
  | 'not_allowed'
  | 'connections';

/** What the door has seen since it opened; sums only ever grow. */
export class GraphiteCounters {
  /** What gave no point, by `listener fault`. */
  readonly bad = new Map<string, number>();
  readonly #points = { tcp: 0, udp: 0, pickle: 0 };
  readonly #drops: () => number;

  /** `drops` tells how many datagrams the system threw away. */
  constructor(drops: () => number = () => 0) {
    this.#drops = drops;
  }

  /** Points that were taken. */
  get points(): ReadonlyMap<Listener, number> {
    return new Map(LISTENERS.map((listener) => [listener, this.#points[listener]] as const));
  }

  get drops(): number {
    return this.#drops();
  }

  countPoint(listener: Listener): void {
    this.#points[listener] += 1;
  }

  countBad(listener: Listener, fault: Fault, by = 1): void {
    if (by === 0) return;
    const key = `${listener} ${fault}`;
    this.bad.set(key, (this.bad.get(key) ?? 0) + by);
  }
}
