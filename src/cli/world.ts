import type { Ending } from './ending.ts';

/** Where text goes. */
export interface Sink {
  write(chunk: string | Uint8Array): void;
  readonly isTTY: boolean;
  /** Columns of the terminal, if it is one. */
  readonly columns: number | undefined;
  /** Rows of the terminal, if it is one. */
  readonly rows: number | undefined;
}

type Place = 'OPSBRO_HOME' | 'OPSBRO_SOCKET' | 'OPSBRO_HTTP' | 'OPSBRO_TOKEN' | 'OPSBRO_TOKEN_FILE' | 'OPSBRO_CA';
type Variable = Place | 'DISPLAY' | 'EXEC_COMPLETION' | 'NO_COLOR' | 'TERM' | 'LC_ALL' | 'LC_CTYPE' | 'LANG';

/** The variables of the environment that count here. */
type Environment = { readonly [Name in Variable]?: string | undefined };

/** The machine as the command line sees it; tests pass their own. */
export interface World {
  readonly env: Environment;
  readonly cwd: string;
  readonly uid: number;
  readonly userHome: string;
  /** The folder that holds the program's package.json. */
  readonly program: string;
  readonly out: Sink;
  readonly err: Sink;
  readonly input: AsyncIterable<Uint8Array> & { readonly isTTY: boolean };
  /** Calls `task` instead of ending the program when the user interrupts it, until disposed of. */
  onInterrupt(task: () => void): Disposable;
  /** Calls `task` instead of ending the program at each signal that would end it, until disposed of: for what must not be left half done. */
  onEnding(task: (ending: Ending) => void): Disposable;
  /** Calls `task` whenever the terminal has another size, until disposed of. */
  onResize(task: () => void): Disposable;
  /** From now on the program goes on when its output can no longer be written, as an agent does whose terminal is gone. */
  outliveOutput(): void;
}
