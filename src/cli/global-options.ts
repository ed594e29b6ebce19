import { parseDuration } from '../base/duration.ts';
import type { ColourChoice } from './colour.ts';
import type { GlobalOptions, OptionSpecs } from './command.ts';
import { UsageError } from './failure.ts';
import type { Look } from './terminal.ts';

/** Options of every command. */
export const GLOBAL_OPTIONS = {
  json: { kind: 'flag', description: 'print one JSON value' },
  home: { kind: 'value', placeholder: 'DIR', description: 'home of the agent' },
  config: { kind: 'value', placeholder: 'PATH', description: 'configuration directory, or a file in it' },
  socket: { kind: 'value', placeholder: 'PATH', description: 'unix socket of the agent' },
  http: { kind: 'value', placeholder: 'URL', description: 'address of the agent, such as http://127.0.0.1:6770' },
  ca: { kind: 'value', placeholder: 'FILE', description: 'authority to trust over https' },
  token: { kind: 'value', placeholder: 'TOKEN', description: 'token to show over HTTP; better in a file' },
  'token-file': { kind: 'value', placeholder: 'FILE', description: 'file that holds the token' },
  timeout: { kind: 'value', placeholder: 'D', description: 'how long to wait, such as 5s' },
  color: { kind: 'value', placeholder: 'WHEN', description: 'auto, always or never' },
  ascii: { kind: 'flag', description: 'no signs beyond ASCII' },
  utc: { kind: 'flag', description: 'times in UTC' },
  quiet: { kind: 'flag', description: 'no notes' },
  local: { kind: 'flag', description: 'look at this machine directly, without the agent' },
  'no-wait': { kind: 'flag', description: 'do not wait for an agent that is just starting' },
  debug: { kind: 'flag', description: 'print requests, answers and where errors come from' },
} as const satisfies OptionSpecs;

/** Short forms of options. */
export const SHORT: ReadonlyMap<string, string> = new Map([
  ['config', 'c'],
  ['output', 'o'],
]);

/** Whether the word after this one belongs to it. */
export const takesValue = (token: string): boolean => !token.includes('=') && kindOf(token) === 'value';

/** Whether every command knows this option, which may then stand before all words. */
export const isOfAll = (token: string): boolean =>
  /^(-h|--help|-l|--list|--version)$/.test(token) || kindOf(token) !== undefined;

function kindOf(token: string): string | undefined {
  const [written = ''] = token.replace(/^--?/, '').split('=', 1);
  const known = Object.entries(GLOBAL_OPTIONS).find(
    ([name]) => written === name || written === SHORT.get(name) || written === `no-${name}`,
  );
  return known?.[1].kind;
}

type Given = ReadonlyMap<string, unknown>;

const textIn = (given: Given, name: string): string | undefined => {
  const value = given.get(name);
  return typeof value === 'string' ? value : undefined;
};

/** What the options of every command say. Throws a `UsageError` at a wrong value. */
export function globalsOf(given: Given): GlobalOptions {
  const timeout = textIn(given, 'timeout');
  return {
    json: given.get('json') === true,
    home: textIn(given, 'home'),
    config: textIn(given, 'config'),
    socket: textIn(given, 'socket'),
    http: textIn(given, 'http'),
    ca: textIn(given, 'ca'),
    token: textIn(given, 'token'),
    tokenFile: textIn(given, 'token-file'),
    timeoutMs: timeout === undefined ? undefined : parseDuration(timeout),
    wait: given.get('no-wait') !== true,
    local: given.get('local') === true,
    quiet: given.get('quiet') === true,
    debug: given.get('debug') === true,
  };
}

/** How the output shall look. Throws a `UsageError` at a wrong choice. */
export function lookOf(given: Given): Look {
  return {
    json: given.get('json') === true,
    colour: colourChoice(textIn(given, 'color') ?? 'auto'),
    signs: given.get('ascii') === true ? 'ascii' : 'locale',
    quiet: given.get('quiet') === true,
    time: given.get('utc') === true ? 'utc' : 'local',
  };
}

function colourChoice(written: string): ColourChoice {
  if (written === 'auto' || written === 'always' || written === 'never') return written;
  throw new UsageError(`--color: "${written}" is not possible; write auto, always or never`);
}
