import { OpsbroError } from '../base/errors.ts';
import type { KvChange, KvStats } from '../model/kv.ts';
import { msOf } from './hlc.ts';
import { isReserved } from './key-rules.ts';
import { parseVersion } from './version.ts';

/** A change as readers are told of it. Times are ISO 8601. */
export interface ChangeEntry {
  /** The place of the change; who names it gets what came behind it. */
  readonly index: string;
  readonly key: string;
  readonly op: KvChange['op'];
  readonly version: string;
  /** `null` when it is not known. */
  readonly time: string | null;
  readonly expires: string | null;
  /** In base64, where it was asked for. */
  readonly value?: string;
}

/** Which changes are of interest. Those of the agent's own keys are only for who asks for them by prefix or name. */
export interface Wanted {
  readonly prefix?: string | undefined;
  /** This key and no other. */
  readonly key?: string | undefined;
  readonly withValues?: boolean | undefined;
}

/** Whether a reader wants to hear of a change. */
export function wants({ prefix = '', key }: Wanted, change: Pick<KvChange, 'key'>): boolean {
  if (key !== undefined) return change.key === key;
  return change.key.startsWith(prefix) && (isReserved(prefix) || !isReserved(change.key));
}

/** The change at its place. */
export function entryOfChange(change: KvChange, index: string): ChangeEntry {
  const { key, op, version, expires } = change;
  return { index, key, op, version, time: isoOf(timeOf(change)), expires: isoOf(expires) };
}

/** A version tells when it was written; an expiry happens at its own time. */
function timeOf({ op, version, expires, time }: KvChange): number | null {
  if (time !== undefined) return time;
  if (op === 'expire' && expires !== null) return expires;
  return msOf(parseVersion(version)?.stamp ?? 0n);
}

const isoOf = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

interface Log {
  /** Differs at each start of the agent. */
  readonly boot: string;
  /** Number of the last change. */
  readonly last: number;
  readonly scope: KvStats['indexScope'];
}

/**
 * How places in the log are written: `<8 hex digits of the start>:<number>`, or the bare number where it means the same everywhere. Reading
 * refuses what is no place with `bad_request`, places of another start or beyond the end with `index_gone`.
 */
export function placeIn({ boot, last, scope }: Log) {
  const start = scope === 'everywhere' ? '' : `${boot.replaceAll('-', '').slice(0, 8)}:`;
  return {
    write: (index: number): string => `${start}${index}`,
    read(written: string): number {
      const [, before = '', number = ''] = /^([0-9a-f]{8}:)?(\d{1,15})$/.exec(written) ?? [];
      if (number === '') throw new OpsbroError('bad_request', `index: "${written}" is no place in the changes`);
      if (before === start && (scope === 'everywhere' || Number(number) <= last)) return Number(number);
      throw placeGone(`"${written}" is of another start of this agent`);
    },
  };
}

/** The refusal to go on from a place of which nothing is known any more. */
export const placeGone = (why: string): OpsbroError =>
  new OpsbroError('index_gone', `${why}; list the keys, then begin anew`);
