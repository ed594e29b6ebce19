import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readSmallFile, writeSmallFile } from './small-file.ts';

/** Holds the zone that somebody moved this node to while it ran. */
export const currentZoneFile = (data: string): string => join(data, 'current_zone');

/** The zone this node was moved to, if it was. */
export const movedZone = (data: string): string | undefined =>
  readSmallFile(currentZoneFile(data))?.trim() || undefined;

/** Keeps the zone this node was moved to; `undefined`: it is in that of its configuration again. */
export function keepMovedZone(data: string, zone: string | undefined): void {
  if (zone === undefined) rmSync(currentZoneFile(data), { force: true });
  else writeSmallFile(currentZoneFile(data), `${zone}\n`);
}
