import { z } from 'zod';
import * as field from './fields.ts';
import { severities } from './objects/common-fields.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const MATCH_KEY = /^(?:kind|severity|state|check|pack|service|node|group|zone|if|label\..{1,100})$/;
const MOST_ROUTES = 200;

const patterns = () => field.words('a word with * and ?, or a list of such', /^[^\n]{1,1024}$/);
const handlers = () => field.words('a list of handler ids');

const clockTime = () => field.textLike(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of the day such as 18:00');

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

const muteTime = z.strictObject({
  days: z
    .union([z.string(), z.array(z.string())])
    .transform((written) => [written].flat())
    .pipe(z.array(z.enum(DAYS)))
    .meta({ expected: 'a list of mon, tue, wed, thu, fri, sat and sun' })
    .prefault([...DAYS]),
  from: clockTime(),
  to: clockTime(),
  timezone: z
    .string()
    .refine(isTimeZone, { error: () => '' })
    .meta({ expected: 'a time zone such as Europe/Paris' })
    .optional(),
});

const step = z.strictObject({
  after: field.duration(),
  handlers: handlers(),
  severities: severities().optional(),
  repeat: field.duration().optional(),
});

const route = z.strictObject({
  match: z
    .record(z.string().regex(MATCH_KEY), patterns())
    .meta({
      expected: 'a map with some of kind, severity, state, check, pack, service, node, group, zone, label.NAME and if',
    })
    .prefault({}),
  handlers: handlers().optional(),
  continue: field.flag().default(false),
  group_by: field.words('a list of fields').optional(),
  group_wait: field.duration().optional(),
  group_interval: field.duration().optional(),
  repeat: field.duration().optional(),
  mute_times: z.array(muteTime).max(50).prefault([]),
  escalate: z.array(step).max(20).prefault([]),
});

/** The map `alerting` of agent.yml: who is told of what, and how calmly. */
export const alerting = z
  .strictObject({
    first_result: field
      .oneOf(['problems', 'all', 'silent'])
      .prefault('problems')
      .describe('First results that are told: problems, all of them, or none.'),
    start_grace: field.duration().prefault('0s').describe('Time after the start in which no problem is told.'),
    node_grace: field.duration().prefault('30s').describe('Time a node has to be dead before that is told.'),
    dependency_wait: field
      .duration()
      .prefault('60s')
      .describe('Longest time a problem waits for what it depends on to be looked at.'),
    routes: z
      .array(route)
      .max(MOST_ROUTES)
      .meta({ expected: 'a list of routes, each with match, handlers or escalate, and how to put alerts together' })
      .prefault([])
      .describe('Who is told of what: the first route that fits counts; all handlers when no route fits.'),
    group_by: field
      .words('a list of fields')
      .prefault(['node'])
      .describe('Alerts with the same values of these fields come in one message; [] is all, [...] is none.'),
    group_wait: field
      .duration()
      .prefault('2s')
      .describe('Time the first alert of a message waits for others to join it.'),
    group_interval: field.duration().prefault('60s').describe('Time between two messages of one group.'),
    gather: field
      .oneOf(['node', 'zone'])
      .prefault('node')
      .describe(
        'Whose alerts one message may hold: of one node, or of all of the zone where group_by leaves out node.',
      ),
    repeat: field.duration().prefault('4h').describe('Time after which a lasting problem is told again; 0 for never.'),
    storm_limit: field
      .wholeNumber(1, 100_000)
      .default(50)
      .describe('Alerts of one node within a minute above which they are told in one message.'),
    serf_nodes: field.flag().default(true).describe('Tell also of nodes that are plain Serf agents.'),
    keep: field.duration().prefault('7d').describe('How long alerts are kept after their end.'),
    url: field.text().prefault('').describe('Address of the page of this agent, for links in messages.'),
    quiet_after_outage: field
      .duration()
      .prefault('0s')
      .describe('Problems that were shorter than this and over before a handler worked again are not told.'),
  })
  .prefault({} as never);

/** The settings with every default filled in; durations in milliseconds. */
export type AlertingSettings = z.output<typeof alerting>;

/** A route as it is written. */
export type WrittenRoute = AlertingSettings['routes'][number];
