import { z } from 'zod';
import type { FunctionPlugin } from '../../src/plugins/function.ts';
import type { Check } from '../../src/plugins/kinds.ts';
import type { Plugin } from '../../src/plugins/plugin.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { type JsonType, typeText } from './json-type.ts';
import { code, type GeneratedFile, page, table } from './page.ts';

interface Kind<P extends Plugin> {
  readonly kind: P['kind'];
  readonly folder: string;
  readonly title: string;
  readonly intro: string;
  /** What stands below the description of one plugin. */
  readonly more: (plugin: P) => readonly string[];
}

const plain = () => [];

const CHECKS: Kind<Check> = {
  kind: 'check',
  folder: 'checks',
  title: 'Kinds of checks',
  intro:
    'How a check judges. The fields a check has say of which kind it is; the fields that every check may have are in [packs](packs.md).',
  more: ({ fields, timeoutMs }) => [
    `Chosen by ${fields.map(code).join(' or ')}; a run may take ${timeoutMs / 1_000} s unless \`timeout\` says otherwise.`,
  ],
};

const FUNCTIONS: Kind<FunctionPlugin> = {
  kind: 'function',
  folder: 'functions',
  title: 'Functions',
  intro:
    'What expressions may call. Arguments are given in their order or by name. A function of the class pure sees its arguments only, ' +
    'node what the agent knows, host files and users of the machine, net the network.',
  more: ({ name, reach, group, parameters }) => {
    const list = parameters.map((one) => (one.isRequired ? one.name : `${one.name}=${JSON.stringify(one.preset)}`));
    return [`${code(`${name}(${list.join(', ')})`)}: ${group}, ${reach}.`];
  },
};

const OTHERS: readonly Kind<Plugin>[] = [
  {
    kind: 'detector',
    folder: 'detectors',
    title: 'Kinds of detectors',
    intro: 'How groups are found; the rules themselves are in [packs](packs.md).',
    more: plain,
  },
  {
    kind: 'handler',
    folder: 'handlers',
    title: 'Handlers',
    intro:
      'How people are told of a change. A handler is written in the configuration as `handler: {type: NAME, ...}`.',
    more: plain,
  },
  {
    kind: 'hosting',
    folder: 'hosting',
    title: 'Hosting drivers',
    intro: 'What the agent knows of the places machines run in; `hosting_driver_is_active(NAME)` asks for one.',
    more: plain,
  },
];

/** A page for each kind of plugin, made from the plugins themselves. */
export async function pluginFiles(): Promise<readonly GeneratedFile[]> {
  const pages = [pageOf(CHECKS), pageOf(FUNCTIONS), ...OTHERS.map((kind) => pageOf(kind))];
  return Promise.all(pages);
}

async function pageOf<P extends Plugin>({ kind, folder, title, intro, more }: Kind<P>): Promise<GeneratedFile> {
  const plugins = await new Registry<P>(kind).addFrom(new URL(`../../src/${folder}/`, import.meta.url));
  const sorted = [...plugins].sort((a, b) => (a.name < b.name ? -1 : 1));
  const sections = sorted.map((plugin) => sectionOf(plugin, more(plugin)));
  return { path: `docs/reference/${folder}.md`, content: page(title, intro, sections) };
}

const sectionOf = (plugin: Plugin, more: readonly string[]): string =>
  [`## ${plugin.name}`, plugin.description, ...more, ...optionTable(plugin.options)].join('\n\n');

/** The options of a plugin; nothing when it has none. */
export function optionTable(options: z.ZodType): readonly string[] {
  const rows = optionRows(options);
  return rows.length === 0 ? [] : [table(['option', 'type', 'default', 'meaning'], rows)];
}

function optionRows(options: z.ZodType): string[][] {
  const { properties = {} } = z.toJSONSchema(options, { io: 'input', unrepresentable: 'any' }) as {
    readonly properties?: Readonly<Record<string, JsonType>>;
  };
  return Object.entries(properties).map(([name, option]) => [
    code(name),
    typeText(option),
    option.default === undefined ? '' : code(JSON.stringify(option.default)),
    option.description ?? '',
  ]);
}
