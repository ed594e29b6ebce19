/** Silences and maintenance windows as they are kept on disk and told to other nodes. */
import { z } from 'zod';

const DAY_MS = 86_400_000;
/** Nothing is kept quiet for longer: who forgets it shall not miss a problem for ever. */
export const LONGEST_MS = 366 * DAY_MS;
/** For so long after its end an entry is shown, and a removed one is remembered so that no other node brings it back. */
export const KEEP_MS = 7 * DAY_MS;

const MAX_TEXT = 1_024;
const MAX_PATTERN = 512;
const MAX_VALUES = 64;

/** What an alert can be chosen by; `label.NAME` as well. */
const MATCHERS = ['check', 'node', 'pack', 'service', 'kind', 'group', 'zone', 'severity'] as const;

const LABEL = /^label\.[A-Za-z0-9_.-]{1,64}$/;
const isMatcher = (name: string): boolean => MATCHERS.some((known) => known === name) || LABEL.test(name);

const Pattern = z.string().min(1).max(MAX_PATTERN);

/** Patterns with `*` and `?` by what they choose by; of several patterns one has to fit. */
export const Matchers = z
  .record(z.string(), z.union([Pattern.transform((one) => [one]), z.array(Pattern).min(1).max(MAX_VALUES)]))
  .refine((matchers) => Object.keys(matchers).every(isMatcher), {
    error: `choose by ${MATCHERS.join(', ')} or label.NAME`,
  });

const common = {
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  /** Epoch milliseconds, as all times here. */
  starts: z.int().min(0),
  ends: z.int().min(0),
  comment: z.string().max(MAX_TEXT),
  by: z.string().max(MAX_TEXT),
  /** Of two versions of one entry the later counts. */
  updated: z.int().min(0),
  /** Taken back before its end. */
  isRemoved: z.boolean(),
};

const SilenceEntry = z.object({
  type: z.literal('silence'),
  ...common,
  matchers: Matchers,
  /** An expression over the record of an alert; empty for none. */
  if: z.string().max(4_096),
  isEndMuted: z.boolean(),
});

const MaintenanceEntry = z.object({
  type: z.literal('maintenance'),
  ...common,
  /** Whose: a node by id or name, or all nodes of a group or zone. */
  of: z.enum(['node', 'group', 'zone']),
  name: z.string().min(1).max(256),
  /** Its services are not offered meanwhile. */
  drain: z.boolean(),
});

/** An entry that came from the disk or from another node. */
export const MuteEntry = z.discriminatedUnion('type', [SilenceEntry, MaintenanceEntry]);

/** Alerts that fit all of its matchers and its expression are not told while it lasts. */
export type Silence = z.output<typeof SilenceEntry>;
/** Nothing is told of its nodes while it lasts. */
export type Maintenance = z.output<typeof MaintenanceEntry>;
export type MuteEntry = Silence | Maintenance;

/** Where an entry is in its life at `now`. */
export function phaseOf({ starts, ends, isRemoved }: MuteEntry, now: number): 'coming' | 'active' | 'ended' {
  if (isRemoved || now >= ends) return 'ended';
  return now < starts ? 'coming' : 'active';
}

/** When it may be forgotten: nobody would take it for lasting any more, also when it was removed before its end. */
export const forgottenAt = ({ ends }: MuteEntry): number => ends + KEEP_MS;

/** Whether `other` counts instead of `known`, the same on every node. */
export function isNewer(other: MuteEntry, known: MuteEntry | undefined): boolean {
  if (known === undefined || other.updated !== known.updated) return other.updated > (known?.updated ?? -1);
  return other.isRemoved && !known.isRemoved;
}
