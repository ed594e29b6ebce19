/** What the author of an action says of how it may be done. Pure. */
import { z } from 'zod';
import { OpsbroError } from '../base/errors.ts';
import { duration, wholeNumber } from '../config/fields.ts';
import type { ActionDoc } from '../model/health.ts';
import type { Yaml } from '../model/pack.ts';

const TRIGGERS = ['unhealthy', 'quasi', 'broken'] as const;
/** What makes an action start by itself. */
export type Trigger = (typeof TRIGGERS)[number];

/** What a parameter may have to be. */
export const PARAMETER_TYPES = ['text', 'int', 'bool', 'choice'] as const;

const words = () =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((written) => [written].flat())
    .default([]);

const Parameter = z.strictObject({
  type: z.enum(PARAMETER_TYPES).default('text').describe('What it must be.'),
  choices: z.array(z.string()).default([]).describe('The values that a choice has.'),
  default: z
    .custom<Yaml>(() => true)
    .optional()
    .describe('What counts when it is not given.'),
  required: z.boolean().default(false).describe('It must be given.'),
  pattern: z.string().optional().describe('A regular expression that the whole of it must match.'),
  secret: z.boolean().default(false).describe('It is shown nowhere.'),
});
/** What a parameter must be. */
export type ParameterRule = z.output<typeof Parameter>;

/** The options of an action; times in milliseconds. */
const Options = z.object({
  command: z
    .array(z.union([z.string(), z.number()]).transform(String))
    .min(1)
    .optional()
    .describe('Program and arguments; {{arg.NAME}} stands for an argument.'),
  shell: z
    .boolean()
    .default(false)
    .describe('Give the command, which is one line then, to a shell; arguments are its variables ARG_NAME.'),
  params: z
    .record(z.string().regex(/^[A-Za-z_]\w{0,63}$/), z.unknown())
    .default({})
    .describe('What it takes, by name.'),
  timeout: duration(1).prefault('60s').describe('Time it may take; then all of it is ended.'),
  cooldown: duration(0).prefault('300s').describe('Least time between two starts for one check on this node.'),
  max_attempts: wholeNumber(1, 1_000).default(3).describe('Starts within the window; more are refused.'),
  window: duration(1_000).prefault('1h').describe('Time in which starts are counted.'),
  reset_on_recovery: z
    .boolean()
    .default(true)
    .describe('Starts are forgotten when the check was healthy for stable_for.'),
  stable_for: duration(0).prefault('300s').describe('How long it has to be healthy for that.'),
  auto: z.boolean().default(false).describe('The agent starts it by itself when the problem is confirmed.'),
  when: z
    .union([z.enum(TRIGGERS), z.array(z.enum(TRIGGERS))])
    .transform((written) => [written].flat())
    .prefault(['unhealthy'])
    .describe('How the check has to stand for that.'),
  occurrences: z
    .union([z.int(), z.array(z.int()), z.string().regex(/^\d+(?:\+|-\d+)?$/)])
    .optional()
    .describe('At which bad results in a row: a number, a list, "3-10" or "2+".'),
  order: z.number().optional().describe('Its place among the actions of a check; smaller ones are tried first.'),
  requires_confirmation: z.boolean().default(false).describe('A start by itself waits until somebody confirms it.'),
  only_if_group: words().describe('Groups of which the node must be in one.'),
  only_if: z.string().default('').describe('An expression that must be true.'),
  max_nodes_at_once: wholeNumber(0, 10_000)
    .default(1)
    .describe('Nodes of the zone that may do it at a time; 0 for any number.'),
  min_alive_percent: z
    .number()
    .min(0)
    .max(100)
    .default(50)
    .describe('It does not start by itself while fewer nodes than this are alive.'),
  repair_when_flapping: z.boolean().default(false).describe('It starts by itself although the check flaps.'),
  user: z.string().optional().describe('User the command runs as, when the agent is root.'),
  env: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]).transform(String))
    .default({})
    .describe('Variables of the command.'),
  cwd: z.string().default('/').describe('Directory the command runs in.'),
});

type Options = z.output<typeof Options>;

/** How an action may be done. */
export interface RepairRules extends Omit<Options, 'params'> {
  readonly params: ReadonlyMap<string, ParameterRule>;
}

/** Understands the options of an action. Throws `invalid_config`, naming the action and the option. */
export function rulesOf({ name, options }: Pick<ActionDoc, 'name' | 'options'>): RepairRules {
  const read = Options.safeParse(options);
  if (!read.success) throw refused(name, read.error);
  const params = Object.entries(read.data.params).map(
    ([key, written]) => [key, parameterRule(name, key, written)] as const,
  );
  return { ...read.data, params: new Map(params) };
}

function parameterRule(action: string, key: string, written: unknown): ParameterRule {
  const isMap = typeof written === 'object' && written !== null && !Array.isArray(written);
  const read = Parameter.safeParse(isMap ? written : { default: written });
  if (!read.success) throw refused(`${action}.params.${key}`, read.error);
  return read.data;
}

function refused(owner: string, { issues }: z.ZodError): OpsbroError {
  const text = issues.map(({ path, message }) => `${[owner, ...path].join('.')}: ${message}`).join('; ');
  return new OpsbroError('invalid_config', `repair ${text}`);
}

/** Whether the nth bad result in a row is one at which an action starts. */
export function isOccurrence(written: Options['occurrences'], count: number): boolean {
  if (written === undefined) return true;
  if (typeof written === 'number') return count === written;
  if (typeof written !== 'string') return written.includes(count);
  const [, from = '', more, to] = /^(\d+)(\+)?(?:-(\d+))?$/.exec(written) ?? [];
  if (more !== undefined) return count >= Number(from);
  return count >= Number(from) && count <= Number(to ?? from);
}
