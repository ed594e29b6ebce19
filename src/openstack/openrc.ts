/** Variables such as `OS_USERNAME`, by name. */
export type Variables = ReadonlyMap<string, string>;

const LINE = /^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=[ \t]*(.*)$/;

/**
 * Reads a file of variables as a shell would that expands nothing: `[export] NAME=value`, quotes around values taken off, comments behind a
 * blank left out. Other lines are passed over; of two values of one name the first counts.
 */
export function readOpenrc(text: string): Variables {
  const variables = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, written] = LINE.exec(line.replace(/\r$/, '')) ?? [];
    if (name !== undefined && written !== undefined && !variables.has(name)) variables.set(name, valueIn(written));
  }
  return variables;
}

function valueIn(written: string): string {
  const [, , quoted] = /^(["'])(.*?)\1[ \t]*(?:[ \t]#.*|;.*)?$/.exec(written) ?? [];
  return quoted ?? written.replace(/[ \t]+#.*$/, '').trimEnd();
}
