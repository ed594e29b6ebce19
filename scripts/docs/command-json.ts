/** What each command gives with `--json`: the reference shows it, and a test compares it with what the commands print. */
import { z } from 'zod';
import { EventJson } from '../../src/http/pool-schemas.ts';
import { AgentHealthJson } from '../../src/http/schemas/inside.ts';
import { ChangesJson } from '../../src/http/schemas/kv.ts';
import { MemberJson } from '../../src/http/schemas.ts';

/** What a command gives: an answer of the agent as it came, a value of its own, such values line by line, or text in any case. */
export type CommandJson =
  | { readonly type: 'answer' }
  | { readonly type: 'own'; readonly schema: z.ZodType }
  | { readonly type: 'lines'; readonly what: string; readonly schema: z.ZodType }
  | { readonly type: 'text'; readonly why: string };

const Packs = z.array(z.looseObject({ name: z.string(), level: z.string() }));
const ZoneKey = z.looseObject({ zone: z.string(), path: z.string(), fingerprint: z.string() });
const Reached = { name: z.string(), state: z.string() };
const Record = z.strictObject({ name: z.string(), ttl: z.int(), type: z.string(), data: z.string() });
const Sent = z.strictObject({ line: z.string(), port: z.int() });
const Stats = z.record(z.string(), z.record(z.string(), z.unknown()));

/** What is given by `agent start --daemon`, and by a restart of an agent that no service manager keeps. */
export const DaemonJson = z.strictObject({ pid: z.int() });

/** Commands whose JSON is not the answer of a route, and what it is. */
const OWN: Readonly<Record<string, z.ZodType>> = {
  'agent debug': z.strictObject({ file: z.string(), bytes: z.int() }),
  'agent health': AgentHealthJson.extend({ state: z.string() }).strict(),
  'agent keygen': z.strictObject({ gossip_key: z.base64() }),
  'agent log show': z.array(z.string()),
  'agent print': z.string(),
  'agent restart': z.union([DaemonJson, z.strictObject({ restarted: z.string() })]),
  'agent stop': z.strictObject({ stopped: z.literal(true) }),
  'agent wait-initialized': z.strictObject({ state: z.enum(['ok', 'initializing', 'stopped']) }),
  banner: z.string(),
  'collectors show': z.record(z.string(), z.record(z.string(), z.unknown()).nullable()),
  'collectors state': z.array(
    z.strictObject({ name: z.string(), state: z.string(), stale: z.boolean(), log: z.string() }),
  ),
  'collectors wait-ok': z.strictObject(Reached),
  completion: z.string(),
  'config sample': z.strictObject({ kind: z.string(), text: z.string() }),
  'config schema': z.looseObject({ $schema: z.url(), title: z.string() }),
  'config show': z.record(z.string(), z.unknown()),
  'config validate': z.looseObject({ files: z.int(), objects: z.int(), errors: z.int(), warnings: z.int() }),
  'detectors wait-group': z.array(z.string()),
  'dns install': z.strictObject({
    ...{ relay: z.string(), file: z.string(), content: z.string(), reload: z.string() },
    written: z.boolean(),
  }),
  'dns resolve': z.strictObject({ status: z.string(), answers: z.array(Record), additionals: z.array(Record) }),
  'dns uninstall': z.strictObject({ files: z.array(z.string()), removed: z.boolean() }),
  'docker show': z.strictObject({ containers: Stats, images: Stats }),
  doctor: z.array(z.strictObject({ about: z.string(), verdict: z.enum(['ok', 'poor', 'bad']), text: z.string() })),
  'evaluator wait-eval-true': z.strictObject({ expr: z.string(), state: z.string() }),
  'gossip wait-members': z.array(MemberJson),
  'gossip zone key generate': ZoneKey,
  'gossip zone key import': ZoneKey,
  'health test': z.strictObject({
    service: z.string(),
    checks: z.array(
      z.strictObject({
        ...{ name: z.string(), outcome: z.string(), code: z.number().nullable(), description: z.string() },
        ...{ detail: z.string(), actions: z.array(z.string()) },
      }),
    ),
    problems: z.array(z.string()),
  }),
  history: z.array(z.strictObject({ date: z.number(), entries: z.array(z.record(z.string(), z.unknown())) })),
  'kv history': z.array(z.looseObject({ index: z.int(), op: z.string(), version: z.string() })),
  'kv wait-exists': z.strictObject({ key: z.string(), exists: z.boolean() }),
  'kv wait-value': z.strictObject({ key: z.string(), reached: z.boolean() }),
  'maintenance stop': z.array(z.looseObject({ id: z.string(), state: z.string() })),
  'metrics list': z.array(z.string()),
  'metrics send': Sent,
  'monitoring wait-ok': z.strictObject({ ...Reached, checks: z.array(z.unknown()) }),
  'packs create': z.looseObject({ dir: z.string() }),
  'packs diff': z.strictObject({
    ...{ original: z.string(), copy: z.string(), original_changed: z.boolean().nullable() },
    files: z.array(
      z.strictObject({
        file: z.string(),
        change: z.enum(['added', 'removed', 'changed']),
        lines: z.array(z.string()),
      }),
    ),
  }),
  'packs parameters list': z.array(z.looseObject({ name: z.string(), value: z.unknown(), is_default: z.boolean() })),
  'packs show': Packs,
  'statsd send': Sent,
  'tutorials list': z.array(z.looseObject({ name: z.string(), pack: z.string(), title: z.string() })),
  'tutorials show': z.looseObject({ stdout: z.array(z.tuple([z.number(), z.string()])) }),
  ui: z.strictObject({ url: z.url() }),
  version: z.strictObject({ version: z.string(), node: z.string() }),
};

interface Lines {
  readonly what: string;
  readonly schema: z.ZodType;
}

const MemberNews = MemberJson.extend({ type: z.string() }).strict();
const Reaped = z.strictObject({ type: z.literal('gossip::reaped'), uuid: z.string() });
const time = z.iso.datetime();
const ExportHead = z.strictObject({
  ...{ format: z.literal('opsbro-kv'), version: z.literal(1), time, prefix: z.string() },
  ...{ zone: z.string(), node: z.string() },
});
const ExportEntry = z.strictObject({
  ...{ key: z.string(), value: z.base64(), version: z.string(), created: time, modified: time },
  expires: time.nullable(),
});
const ExportEnd = z.strictObject({ end: z.literal(true), count: z.int(), sha256: z.string() });

/** Commands that go on, or whose answer is long: one value a line. */
const LINES: Readonly<Record<string, Lines>> = {
  'agent log follow': {
    what: 'an object with `part` and `line`',
    schema: z.strictObject({ part: z.string(), line: z.string() }),
  },
  'gossip watch': {
    what: 'a member as `GET /agent/members` has it, with `type`; of one that was forgotten `type` and `uuid`',
    schema: z.union([MemberNews, Reaped]),
  },
  'kv export': {
    what:
      'an object: a head, a record of each key, an end with the number of records and their digest; with `--output` ' +
      'these go to the file, and what is printed is one object with `file` and `bytes`',
    schema: z.union([ExportHead, ExportEntry, ExportEnd]),
  },
  'kv watch': {
    what: 'a change as `GET /kv-changes` has it, with `--values` also its `value`',
    schema: ChangesJson.shape.changes.element.strict(),
  },
};

/** Commands that go on with `--watch`, and what they give a line then. */
const WATCHED: Readonly<Record<string, Lines>> = {
  'gossip events list': { what: 'an event', schema: EventJson.strict() },
  'gossip members': { what: 'a member, with `type`', schema: MemberNews },
};

const TEXT: Readonly<Record<string, string>> = {
  'agent start':
    'The agent writes its log, as text or JSON after `log_format`; with `--daemon` it is an object with `pid`.',
  maas: 'Probes write what `--output` asks for, one of maas, json, influx, prometheus and nagios.',
};

/** What the command with these words gives. */
export function commandJson(path: string): CommandJson {
  const schema = OWN[path];
  if (schema) return { type: 'own', schema };
  const lines = LINES[path];
  if (lines !== undefined) return { type: 'lines', ...lines };
  const why = TEXT[path];
  return why === undefined ? { type: 'answer' } : { type: 'text', why };
}

/** What the command gives on each line with `--watch`; nothing when it has no such option. */
export const watchedJson = (path: string): Lines | undefined => WATCHED[path];

/** The words of all commands that are spoken of here by name. */
export const NAMED_COMMANDS: readonly string[] = [OWN, LINES, WATCHED, TEXT].flatMap((map) => Object.keys(map));

/** The key by which the route that a command names is found: what stands for something is a star, as `ID`, `:id`, `{id}` and `*` do. */
export const routeKey = (written: string): string =>
  written
    .split(' ')
    .map((word) =>
      word
        .split('/')
        .map((piece) =>
          /^(?:[A-Z]+|:.+|\{.+\}|\*)$/.test(piece) && !/^(?:GET|POST|PUT|DELETE)$/.test(piece) ? '*' : piece,
        )
        .join('/'),
    )
    .join(' ');
