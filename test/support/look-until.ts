const PAUSE_MS = 100;

/** Looks again and again until what is seen is as wanted; after so many tries gives what it saw last, for the test to judge. */
export async function lookUntil<Seen>(
  look: () => Promise<Seen>,
  isWanted: (seen: Seen) => boolean,
  tries: number,
): Promise<Seen> {
  for (let left = tries; ; left -= 1) {
    const seen = await look();
    if (left === 0 || isWanted(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
