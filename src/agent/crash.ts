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
const partIn = (stack: string): string => /\/(?:src|dist)\/([a-z]+)\//.exec(stack)?.[1] ?? 'unknown';
