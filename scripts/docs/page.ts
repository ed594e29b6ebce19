/** A file that is made from the sources, by its path from the top of the repository. */
export interface GeneratedFile {
  readonly path: string;
  readonly content: string;
}

/** Makes files; one for each part of the reference. */
export type Generator = () => Promise<readonly GeneratedFile[]>;

/** A page of the reference: title, one paragraph, and sections. */
export function page(title: string, intro: string, sections: readonly string[]): string {
  const note = '<!-- Made by `npm run docs` from the sources; edit those. -->';
  return `${[`# ${title}`, note, intro, ...sections].join('\n\n')}\n`;
}

/** A table in Markdown; a row of empty cells is left out of nothing, so that columns line up in the source as well. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** A text in code marks; nothing for an empty one. */
export const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
