import { z } from 'zod';
import { CollectorJson } from '../schemas.ts';

const State = CollectorJson.shape.state;

const CollectorChangeJson = z.object({
  name: z.string(),
  old_state: State,
  state: State,
  log: z.string().describe('why; empty when all is well'),
});
/** A collector went from one state to another. */
export type CollectorChangeJson = z.output<typeof CollectorChangeJson>;
/** Names that a filter of the history may use. */
export const COLLECTOR_CHANGE_FIELDS: readonly string[] = Object.keys(CollectorChangeJson.shape);

/** How the states of collectors changed, by second. */
export const CollectorHistoryJson = z.array(
  z.object({ date: z.int().describe('epoch seconds'), entries: z.array(CollectorChangeJson) }),
);
