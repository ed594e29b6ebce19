import { z } from 'zod';

const HandlerChangeJson = z.object({
  type: z.enum(['sent', 'failed']),
  handler: z.string(),
  alert: z.string().describe('id of the alert'),
  node: z.string(),
  name: z.string().describe('id of the check, or whatever the alert is about; empty for a node'),
  state: z.string().describe('the state that was told'),
});
/** A handler told people of an alert, or gave a message up. */
export type HandlerChangeJson = z.output<typeof HandlerChangeJson>;
/** Names that a filter of the history may use. */
export const HANDLER_CHANGE_FIELDS: readonly string[] = Object.keys(HandlerChangeJson.shape);

const ConfigChangeJson = z.object({
  type: z.enum(['reload', 'write']),
  who: z.string().describe('name of a token, or the door it came in at; files when files were read again'),
  what: z.string(),
  result: z.string().describe('ok, or why not'),
});
/** What people wrote took effect, or somebody changed something through the API. */
export type ConfigChangeJson = z.output<typeof ConfigChangeJson>;
/** Names that a filter of the history may use. */
export const CONFIG_CHANGE_FIELDS: readonly string[] = Object.keys(ConfigChangeJson.shape);

const bySecond = <Entry extends z.ZodType>(entry: Entry) =>
  z.array(z.object({ date: z.int().describe('epoch seconds'), entries: z.array(entry) }));

/** Who was told of what, by second. */
export const HandlerHistoryJson = bySecond(HandlerChangeJson);
/** How the configuration changed, by second. */
export const ConfigHistoryJson = bySecond(ConfigChangeJson);
