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
  /** Points that were taken. */
  readonly points = new Map<Listener, number>(LISTENERS.map((listener) => [listener, 0]));
  /** What gave no point, by `listener fault`. */
  readonly bad = new Map<string, number>();
  readonly #drops: () => number;

  /** `drops` tells how many datagrams the system threw away. */
  constructor(drops: () => number = () => 0) {
    this.#drops = drops;
  }

  get drops(): number {
    return this.#drops();
  }

  countPoint(listener: Listener): void {
    this.points.set(listener, (this.points.get(listener) ?? 0) + 1);
  }

  countBad(listener: Listener, fault: Fault, by = 1): void {
    if (by === 0) return;
    const key = `${listener} ${fault}`;
    this.bad.set(key, (this.bad.get(key) ?? 0) + by);
  }
}
