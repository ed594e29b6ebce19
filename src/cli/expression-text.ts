import { escaped } from './escape.ts';
import { AgentRefusal } from './failure.ts';
import type { Terminal } from './terminal.ts';

/** A part of an expression, as the agent tells of it. */
interface Explained {
  readonly text: string;
  readonly shown: string;
  readonly parts: readonly Explained[];
}

/** Shows an expression with the value of every part of it, parts below what they are part of. */
export function showExplained(explained: unknown, terminal: Terminal): void {
  terminal.show(explained, () => {
    terminal.title('Result');
    for (const line of explainedLines(explained)) terminal.line(line);
  });
}

/** An expression and the value of every part of it, a line each. */
export const explainedLines = (explained: unknown, indent = ''): string[] => partLines(explained as Explained, indent);

const partLines = ({ text, shown, parts }: Explained, indent: string): string[] => [
  `${indent}${escaped(text)} → ${escaped(shown)}`,
  ...parts.flatMap((part) => partLines(part, `${indent}  `)),
];

/**
 * Says what is wrong with an expression: missing data in one line, of an error the place. Gives the exit code when all is said; otherwise
 * the caller goes on to throw.
 */
export function tellFailure(expr: string, thrown: unknown, terminal: Terminal): 3 | undefined {
  if (!(thrown instanceof AgentRefusal) || terminal.json) return undefined;
  const { code, details } = thrown;
  if (code === 'expression') showPlace(expr, thrown, terminal);
  const [path, reason] = [textIn(details, 'path'), textIn(details, 'reason')];
  if (code !== 'missing' || path === undefined) return undefined;
  terminal.error(escaped(`missing: ${path}${reason === undefined ? '' : ` (${reason})`}`));
  return 3;
}

/** Points at the place in the expression that an error is about, if it says one. */
function showPlace(expr: string, { message, details }: AgentRefusal, terminal: Terminal): void {
  const offset = numberIn(details, 'offset') ?? Number(/\bcolumn (\d+)/.exec(message)?.[1] ?? Number.NaN) - 1;
  if (!Number.isInteger(offset) || offset < 0 || offset > expr.length) return;
  terminal.error(escaped(expr));
  terminal.error(`${' '.repeat(escaped(expr.slice(0, offset)).length)}^`);
}

const detail = (details: unknown, name: string): unknown =>
  typeof details === 'object' && details !== null ? Object.getOwnPropertyDescriptor(details, name)?.value : undefined;

function numberIn(details: unknown, name: string): number | undefined {
  const value = detail(details, name);
  return typeof value === 'number' ? value : undefined;
}

function textIn(details: unknown, name: string): string | undefined {
  const value = detail(details, name);
  return typeof value === 'string' ? value : undefined;
}
