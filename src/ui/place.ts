import type { Frame } from './records.ts';

/** How far the page has followed an agent. */
export interface Place {
  /** The start of the agent that greeted last. */
  readonly boot?: string;
  /** The last frame of which it has everything before. */
  readonly index?: number;
}

/** The place after a frame. Before the snapshot is complete there is nothing to go on from. */
export function placeAfter(place: Place, frame: Frame): Place {
  switch (frame.channel) {
    case 'hello':
      return frame.payload.boot === place.boot ? place : { boot: frame.payload.boot };
    case 'snapshot':
      return frame.last ? { ...place, index: frame.index } : place;
    case 'pong':
    case 'error':
      return place;
    default:
      return place.index === undefined ? place : { ...place, index: frame.index };
  }
}

/** What the address says of what the page wants. */
export function queryOf({ boot, index }: Place, subscriptions: readonly string[]): string {
  const query = new URLSearchParams(subscriptions.length > 0 ? { subscribe: subscriptions.join(',') } : {});
  if (boot !== undefined && index !== undefined) {
    query.set('since', String(index));
    query.set('boot', boot);
  }
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}
