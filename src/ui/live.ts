import { type Place, placeAfter, queryOf } from './place.ts';
import type { Frame } from './records.ts';

export type Connection = 'connecting' | 'live' | 'offline';

interface Listener {
  frames(frames: readonly Frame[]): void;
  connection(state: Connection): void;
}

const BACKOFF_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];
const QUIET_MS = 20_000;
const PONG_MS = 10_000;

/**
 * Keeps one websocket to the agent that served the page, for as long as the page lives: a broken one is opened again with growing
 * pauses and goes on where it broke, a silent one is asked for a sign of life; each is asked for `subscriptions`. Frames are handed on in
 * batches, once per drawn picture.
 */
export function goLive(url: string, listener: Listener, subscriptions: readonly string[] = []): void {
  let failures = 0;
  let waiting: Frame[] = [];
  let place: Place = {};

  const deliver = () => {
    const batch = waiting;
    waiting = [];
    listener.frames(batch);
  };

  const open = () => {
    listener.connection('connecting');
    const socket = new WebSocket(`${url}${queryOf(place, subscriptions)}`);
    let watchdog = 0;
    const expectFrame = (ms: number, then: () => void) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(then, ms);
    };
    const askForLife = () => {
      socket.send('{"ping":1}');
      expectFrame(PONG_MS, () => socket.close());
    };
    socket.onopen = () => {
      failures = 0;
      listener.connection('live');
    };
    socket.onmessage = ({ data }) => {
      expectFrame(QUIET_MS, askForLife);
      const frame = JSON.parse(String(data)) as Frame;
      place = placeAfter(place, frame);
      if (waiting.push(frame) === 1) afterPicture(deliver);
    };
    socket.onclose = () => {
      clearTimeout(watchdog);
      listener.connection('offline');
      reopenAfter(pause(failures++), open);
    };
  };
  open();
}

/** A hidden tab draws no pictures, yet should stay up to date. */
function afterPicture(task: () => void): void {
  if (document.hidden) setTimeout(task, 100);
  else requestAnimationFrame(task);
}

function pause(failures: number): number {
  const ms = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] ?? 0;
  return ms * (0.7 + 0.6 * Math.random());
}

/** Waits, but not longer than until the browser is online or looked at again. */
function reopenAfter(ms: number, open: () => void): void {
  const timer = setTimeout(now, ms);
  addEventListener('online', now);
  document.addEventListener('visibilitychange', now);
  function now() {
    clearTimeout(timer);
    removeEventListener('online', now);
    document.removeEventListener('visibilitychange', now);
    open();
  }
}
