import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface Crash {
  readonly error: unknown;
  /** Epoch milliseconds. */
  readonly at: number;
  /** The product's version. */
  readonly version: string;
  readonly nodeVersion: string;
}

/** What is written down of an exception that nobody caught: when, by which version, in which part, and where. */
export function crashText({ error, at, version, nodeVersion }: Crash): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const head = `${new Date(at).toISOString()} opsbro ${version} node ${nodeVersion} part ${partIn(stack)}`;
  return `${head}\n${stack}\n\n`;
}

/** The folder of the program whose code threw; `unknown` when the stack does not show it. */
function partIn(stack: string): string {
  for (const [, url = '', line] of stack.matchAll(/(file:\/\/\/[^\s()]+?):(\d+):\d+/g)) {
    const folder = /\/(?:src|dist)\/([a-z]+)\//.exec(url)?.[1];
    const part = folder === 'chunks' ? partAt(url, Number(line)) : folder;
    if (part !== undefined) return part;
  }
  return 'unknown';
}

/** What is bundled has the name of its source above it; code of packages has no part. */
function partAt(url: string, line: number): string | undefined {
  try {
    const before = readFileSync(fileURLToPath(url), 'utf8').split('\n').slice(0, line);
    const source = before.findLast((text) => /^\/\/ \S+\.[cm]?[jt]sx?$/.test(text));
    return /^\/\/ src\/([a-z]+)\//.exec(source ?? '')?.[1];
  } catch {
    return undefined; // the program was replaced while it ran
  }
}
