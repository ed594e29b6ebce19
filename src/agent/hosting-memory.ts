import { join } from 'node:path';
import { z } from 'zod';
import type { HostingState } from '../plugins/hosting.ts';
import { readSmallFile, writeSmallFile } from './small-file.ts';

const Remembered = z.record(
  z.string(),
  z.object({ localAddress: z.string().optional(), publicAddress: z.string().optional() }),
);
type Remembered = z.output<typeof Remembered>;

/**
 * Fills in what a hoster said before where its metadata service does not answer now, and remembers what it says. The id of the machine is
 * not among it: that is kept with the identity, which knows a copied disk when it sees one.
 */
export function withRemembered(data: string, states: readonly HostingState[]): HostingState[] {
  const file = join(data, 'hosting.json');
  const text = readSmallFile(file) ?? '{}';
  const known = remembered(text);
  const filled = states.map((state) => {
    const before = Object.hasOwn(known, state.name) ? known[state.name] : undefined;
    if (state.reason === '' || before === undefined) return state;
    const { localAddress, publicAddress } = before;
    return {
      ...state,
      isActive: true,
      ...(localAddress !== undefined && { localAddress }),
      ...(publicAddress !== undefined && { publicAddress }),
    };
  });
  const next = JSON.stringify(Object.fromEntries(filled.flatMap(toRemember)));
  if (next !== text) writeSmallFile(file, next);
  return filled;
}

/** Addresses that a hoster said of this machine; without them there is nothing to remember. */
function toRemember({ name, isActive, localAddress, publicAddress }: HostingState): [string, Remembered[string]][] {
  const isKnown = localAddress !== undefined || publicAddress !== undefined;
  return isActive && isKnown ? [[name, { localAddress, publicAddress }]] : [];
}

/** A file that was damaged is as good as none. */
function remembered(text: string): Remembered {
  try {
    return Remembered.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
