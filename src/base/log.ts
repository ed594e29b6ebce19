type Write = (fields: Readonly<Record<string, unknown>>, text: string) => void;

/** Where a part of the agent says what it does, in pino's shape: facts first, then the sentence. */
export interface Logger {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
  /** A logger whose every line carries these facts as well; `part` names the file it goes to. */
  child(fields: Readonly<Record<string, unknown>>): Logger;
}

/** Says nothing. */
export const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silent,
};
