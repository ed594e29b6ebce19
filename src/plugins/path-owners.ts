import { dirname, resolve } from 'node:path';
import { systemCode } from '../base/errors.ts';
import type { Host } from '../net/host.ts';

const DEEPEST = 8;
const OTHERS_MAY_WRITE = 0o002;

/**
 * Why a program must not be run by an agent that is root: somebody else owns it or may write to it, or to a folder above it, links
 * followed. `undefined` when all is well, and for what is not there, which fails by itself.
 */
export async function refusalOf(path: string, host: Host, depth = 0): Promise<string | undefined> {
  const { uid } = await host.facts();
  if (uid !== 0 || !path.startsWith('/')) return undefined;
  if (depth > DEEPEST) return `refused: ${path} is a link that leads round in circles`;
  for (const part of partsOf(path)) {
    const refusal = (await faultOf(part, host)) ?? (await beyond(part, host, depth));
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** The path and the folders above it, the uppermost first. */
function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (let at = resolve(path); ; at = dirname(at)) {
    parts.unshift(at);
    if (at === '/') return parts;
  }
}

async function faultOf(path: string, host: Host): Promise<string | undefined> {
  try {
    const { kind, owner, mode, isSticky } = await host.stat(path);
    if (owner !== 0) return `refused: ${path} belongs to another user than root`;
    const isOpen = (mode & OTHERS_MAY_WRITE) !== 0 && !(kind === 'directory' && isSticky);
    return isOpen ? `refused: ${path} is writable by others` : undefined;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

/** What a link leads to is looked at like the link itself. */
async function beyond(path: string, host: Host, depth: number): Promise<string | undefined> {
  try {
    return await refusalOf(resolve(dirname(path), await host.readlink(path)), host, depth + 1);
  } catch (error) {
    // What is no link leads nowhere.
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}
