import { z } from 'zod';

/** What a run of detectors found. */
export const DetectorTrialJson = z.object({
  groups: z.array(z.string()).describe('all groups after it'),
  new_groups: z.array(z.string()),
  lost_groups: z.array(z.string()),
  logs: z.record(z.string(), z.string()).describe('by detector, why it gave nothing'),
});

const GroupChangeJson = z.object({
  type: z.enum(['add', 'remove']),
  group: z.string(),
  from: z.array(z.string()).describe('the detectors behind it; none for a group that is written'),
});
/** A group came or went. */
export type GroupChangeJson = z.output<typeof GroupChangeJson>;
/** Names that a filter of the history may use. */
export const GROUP_CHANGE_FIELDS: readonly string[] = Object.keys(GroupChangeJson.shape);

/** The groups that came and went, by second. */
export const GroupHistoryJson = z.array(
  z.object({ date: z.int().describe('epoch seconds'), entries: z.array(GroupChangeJson) }),
);
