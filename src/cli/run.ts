import { COMMANDS } from './catalog.ts';
import { AgentClient } from './client.ts';
import type { Command, Context } from './command.ts';
import { withoutTokens } from './credentials.ts';
import { escaped } from './escape.ts';
import { errorJson, exitCodeOf, sentenceOf, UsageError } from './failure.ts';
import { findingOf } from './finding.ts';
import { globalsOf, lookOf, takesValue } from './global-options.ts';
import { listing, mainHelp, topicHelp } from './help.ts';
import { standInOf } from './local.ts';
import { type Parsed, parseLine } from './parse.ts';
import { Terminal } from './terminal.ts';
import { findWords } from './words.ts';
import type { World } from './world.ts';

/** Runs a command line, and gives the code it ends with. Whatever goes wrong is said here, once. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  const { EXEC_COMPLETION: completing = '' } = world.env;
  if (completing !== '') return await complete(argv, world, completing === 'lines' ? '\n' : ' ');
  try {
    return await dispatch(argv, world);
  } catch (error) {
    const before = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
    if (before.includes('--json')) world.out.write(`${JSON.stringify(errorJson(error))}\n`);
    world.err.write(`error: ${escaped(sentenceOf(error))}\n`);
    if (before.includes('--debug') && error instanceof Error) world.err.write(`${error.stack}\n`);
    return exitCodeOf(error);
  }
}

/**
 * OpsBro's protocol: with EXEC_COMPLETION=1 the words are a line that is being typed; `lines` is for candidates that have blanks, and says
 * with a colon that the shell should offer files or folders.
 */
async function complete(words: readonly string[], world: World, between: string): Promise<0> {
  const { candidates } = await import('./completion.ts');
  const found = await candidates(words, world);
  const told = typeof found === 'string' ? [between === '\n' ? `:${found}` : ''] : found;
  world.out.write(`${told.join(between)}\n`);
  return 0;
}

async function dispatch(argv: readonly string[], world: World): Promise<number> {
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
  const { path, rest } = findWords(words);
  const listed = COMMANDS.get(path);
  if (listed === undefined) return withoutCommand(path, rest, world);
  const { default: command } = await listed.load();
  const parsed = parseLine({ path, listing: listed, command }, rest);
  if ('help' in parsed) {
    world.out.write(parsed.help);
    return 0;
  }
  const { args, options } = parsed;
  const context = contextOf(parsed, { path, command, world });
  await using _agent = context.agent;
  return (await command.run({ args, options }, context)) ?? 0;
}

/** There is no command: help, lists and the version are asked for, or a word is missing. */
async function withoutCommand(path: string, rest: readonly string[], world: World): Promise<number> {
  const asks = (...forms: readonly string[]) => rest.some((token) => forms.includes(token));
  if (path === '') {
    if (asks('--version')) return await dispatch(['version', ...rest.filter((token) => token !== '--version')], world);
    const last = rest.at(-1) ?? '';
    if (takesValue(last) && !rest.slice(0, -1).some(takesValue))
      throw new UsageError(`${last} needs a value (see opsbro --help)`);
    const odd = rest.find((token) => !/^(-h|--help|-l|--list)$/.test(token));
    if (odd !== undefined && !asks('-h', '--help', '-l', '--list'))
      throw new UsageError(`no command was given (see opsbro --help)`);
    world.out.write(asks('-l', '--list') ? listing() : mainHelp());
    return 0;
  }
  if (asks('-h', '--help')) {
    world.out.write(topicHelp(path));
    return 0;
  }
  if (asks('--json')) world.out.write(`${JSON.stringify(errorJson(new UsageError(`${path} needs another word`)))}\n`);
  world.err.write(topicHelp(path));
  return 2;
}

interface Called {
  readonly path: string;
  readonly command: Command;
  readonly world: World;
}

function contextOf(parsed: Parsed, { path, command, world }: Called): Context {
  const globals = globalsOf(parsed.globals);
  const terminal = new Terminal(world, lookOf(parsed.globals));
  const agent = new AgentClient(findingOf(globals, world), {
    timeoutMs: globals.timeoutMs,
    standIn: standInOf({ path, command, globals, terminal, world }),
    ...(globals.debug ? { trace: (text: string) => terminal.error(escaped(withoutTokens(text))) } : {}),
  });
  return { world, terminal, globals, agent };
}
