/** What the door has seen since it opened; sums only ever grow. */
export class StatsdCounters {
  /** Datagrams, and pieces of streams. */
  packets = 0;
  /** Samples that counted. */
  samples = 0;
  badLines = 0;
  /** Lines of a kind that is switched off. */
  ignored = 0;
  /** Samples of new series that there was no room for. */
  seriesDropped = 0;
  /** Members of sets that were too many to be told apart. */
  membersDropped = 0;
  /** Packets and connections of those who may not send, and connections beyond their number. */
  refused = 0;
  /** Series of all kinds now. */
  series = 0;
  /** Milliseconds that telling of the last window took. */
  flushMs = 0;
  readonly #drops: () => number;

  /** `drops` tells how many datagrams the system threw away. */
  constructor(drops: () => number = () => 0) {
    this.#drops = drops;
  }

  get drops(): number {
    return this.#drops();
  }
}
