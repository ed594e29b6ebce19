import { setTimeout as pause } from 'node:timers/promises';

const LOOK_MS = 5;

/** Waits until a condition holds; whether it did within the limit. */
export async function until(holds: () => boolean, limitMs: number): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (performance.now() < end) {
    if (holds()) return true;
    await pause(LOOK_MS);
  }
  return holds();
}
