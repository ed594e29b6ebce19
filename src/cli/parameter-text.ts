import { escaped } from './escape.ts';
import type { Terminal } from './terminal.ts';

/** A value as it stands in YAML, on one line. */
export const valueText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);

/** `NAME → value` and the comments above it. */
export function showParameter(name: string, value: unknown, comments: readonly string[], terminal: Terminal): void {
  terminal.line(escaped(`${name} ${terminal.unicode ? '→' : '->'} ${valueText(value)}`));
  for (const comment of comments) terminal.line(`  | ${escaped(comment)}`);
}
