/** The kinds of frames that come by themselves. */
export const CHANNELS = ['gossip', 'checks', 'groups', 'events', 'alerts', 'health'] as const;
/** Those that come only to who asked for them, as there is much of them. */
export const ASKED_CHANNELS = ['collectors', 'repairs', 'kv', 'log'] as const;
/** All that a client can ask for. */
export const STREAM_CHANNELS = [...CHANNELS, ...ASKED_CHANNELS] as const;

/** A kind of frame of the stream that all clients share. */
export type StreamChannel = (typeof STREAM_CHANNELS)[number];
/** A kind of frame; those that are not of the stream are meant for one client. */
export type Channel = StreamChannel | 'hello' | 'snapshot' | 'pong' | 'error';

/** Something new, as it is told to all who want to hear of it. */
export interface News {
  readonly channel: StreamChannel;
  /** Its number in the stream of this agent. */
  readonly index: number;
  /** With `kv`: what changed. */
  readonly key?: string | undefined;
  readonly payload: object;
  /** The finished frame, as JSON. */
  readonly text: string;
}
