/** Where and as whom a member of a measured pool runs. */
export interface Place {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** `ADDRESS:PORT` of the member to join; the first one has none. */
  readonly join?: string;
  /** A directory of its own. */
  readonly directory: string;
}

/** Something that a member wrote of the pool at the moment when it happened. */
export interface Saying {
  readonly what: 'join' | 'left' | 'failed' | 'event' | 'complaint';
  /** The member or the event. */
  readonly name: string;
}

/** How an implementation of gossip is started and understood. */
export interface Adapter {
  readonly name: string;
  /** What runs a member in the foreground. */
  start(place: Place): Promise<readonly string[]>;
  /** What a line of its output says; most say nothing. */
  read(line: string): readonly Saying[];
  /** The command that sends an event from a member. */
  event(place: Place, name: string, payload: string): readonly string[];
}
