export type Way = 'udp' | 'tcp';

/** Whether nothing passes from one member to another. */
export type Cut = (from: string, to: string, way: Way) => boolean;

/** Only members of the same set reach each other; who is in none reaches nobody. */
export function partition(...sets: readonly (readonly string[])[]): Cut {
  const sideOf = new Map(sets.flatMap((names, side) => names.map((name) => [name, side] as const)));
  return (from, to) => {
    const side = sideOf.get(from);
    return side === undefined || side !== sideOf.get(to);
  };
}

export const oneWay =
  (from: string, to: string): Cut =>
  (sender, receiver) =>
    sender === from && receiver === to;

export const between =
  (one: string, other: string): Cut =>
  (from, to) =>
    (from === one && to === other) || (from === other && to === one);

/** Receives nothing. */
export const deaf =
  (name: string): Cut =>
  (_, to) =>
    to === name;

/** Sends into the void. */
export const mute =
  (name: string): Cut =>
  (from) =>
    from === name;

/** Only datagrams, or only streams, are cut off. */
export const onlyOver =
  (way: Way, cut: Cut): Cut =>
  (from, to, used) =>
    used === way && cut(from, to, used);
