/** What a node knows of itself, as it is kept: JSON, each ring once. */
import { z } from 'zod';
import type { Standing } from './ports.ts';

/** A node that knows nothing of itself: it holds nothing that it may count on. */
export const NOTHING: Omit<Standing, 'limit'> = { settled: [], present: [], ready: '', met: new Map() };

const Names = z.array(z.string().regex(/^[\w:.-]{1,128}$/)).max(10_000);
const Kept = z.object({
  settled: Names,
  present: Names,
  ready: z.string(),
  /** Rings on which others were met. */
  rings: z.array(Names).default([]),
  /** Node, wall time, place in the rings. */
  met: z.array(z.tuple([z.string(), z.number(), z.int().min(0)])).default([]),
});

/** The bytes under which it is kept. */
export function encodeStanding({ settled, present, ready, met }: Omit<Standing, 'limit'>): Uint8Array {
  const places = new Map<string, number>();
  const rings: (readonly string[])[] = [];
  const placeOf = (members: readonly string[]): number => {
    const name = members.join();
    const place = places.get(name) ?? rings.push(members) - 1;
    places.set(name, place);
    return place;
  };
  const kept = [...met].map(([node, { at, members }]) => [node, at, placeOf(members)] as const);
  return Buffer.from(JSON.stringify({ settled, present, ready, rings, met: kept }));
}

/** What was kept; nothing when it cannot be read, as then it cannot be believed. */
export function decodeStanding(kept: Uint8Array | undefined): Omit<Standing, 'limit'> {
  if (kept === undefined) return NOTHING;
  const read = Kept.safeParse(parsed(kept));
  if (!read.success) return NOTHING;
  const { rings, met, ...standing } = read.data;
  const meetings = met.map(([node, at, place]) => [node, { at, members: rings[place] ?? [] }] as const);
  return { ...standing, met: new Map(meetings) };
}

function parsed(kept: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(kept).toString());
  } catch {
    return undefined;
  }
}
