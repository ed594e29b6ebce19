/** Texts made of templates, which people may change without endangering the agent. */
import { basename, extname } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { type Expanded, expand } from './expand.ts';
import type { Rendered, RenderItem } from './render.ts';

/** One text that is wanted. */
export interface Wording {
  /** Name of the template's file. */
  readonly file: string;
  readonly form: RenderItem['form'];
}

/** What texts are about. */
export type Subject = Pick<RenderItem, 'variables' | 'methods'>;

/** A text, or why there is none. */
export type Worded =
  | { readonly type: 'text'; readonly text: string }
  /** No folder has such a file. */
  | { readonly type: 'absent' }
  | { readonly type: 'failed'; readonly message: string };

/** Fills in templates; of each the first that is found in the folders. Never rejects. */
export type Word = (wordings: readonly Wording[], subject: Subject) => Promise<readonly Worded[]>;

type Outcome =
  | { readonly type: 'done'; readonly value: unknown }
  | { readonly type: 'failed'; readonly message: string };

interface TemplatesWorld {
  readonly log: Logger;
  readFile(path: string): Promise<string>;
  /** Applies the default export of a module to each item, where it can harm nobody. */
  work(module: URL, items: readonly unknown[]): Promise<readonly Outcome[]>;
}

const LONGEST_TEXT = 65_536;
const MODULE = new URL(`../templates/render${extname(import.meta.url)}`, import.meta.url);
/** Unknown names that have been warned of; a template that makes up names must not fill the memory. */
const MOST_WARNED = 1_000;

/** The templates of this agent. */
export class Templates {
  readonly #world: TemplatesWorld;
  readonly #warned = new Set<string>();

  constructor(world: TemplatesWorld) {
    this.#world = world;
  }

  /** Makes texts of the templates in these folders, the first of which counts most. */
  in(folders: readonly string[]): Word {
    return async (wordings, subject) => {
      const found = await Promise.all(wordings.map(({ file }) => this.#find(file, folders)));
      const items = found.flatMap((each, at) =>
        'expanded' in each ? [itemOf(each.expanded, subject, wordings[at]?.form ?? 'text')] : [],
      );
      const outcomes = items.length === 0 ? [] : await this.#world.work(MODULE, items);
      const answers = outcomes.values();
      return found.map((each) => ('expanded' in each ? this.#worded(each.path, answers.next().value) : each));
    };
  }

  async #find(file: string, folders: readonly string[]): Promise<Found> {
    // A name, never a way out of the folder.
    const name = basename(file);
    for (const folder of folders) {
      const path = `${folder}/${name}`;
      const source = await this.#read(path);
      if (source === undefined) continue;
      try {
        return { path, expanded: await expand(source, (other) => this.#read(`${folder}/${basename(other)}`)) };
      } catch (error) {
        return { type: 'failed', message: `${path}: ${messageOf(error)}` };
      }
    }
    return { type: 'absent' };
  }

  #read(path: string): Promise<string | undefined> {
    return this.#world.readFile(path).catch(() => undefined);
  }

  #worded(path: string, outcome: Outcome | undefined): Worded {
    if (outcome?.type !== 'done') return { type: 'failed', message: `${path}: ${outcome?.message ?? 'not rendered'}` };
    const { text, unknown } = outcome.value as Rendered;
    for (const name of unknown) this.#warn(path, name);
    return { type: 'text', text };
  }

  #warn(path: string, name: string): void {
    const said = `${path} ${name}`;
    if (this.#warned.has(said) || this.#warned.size >= MOST_WARNED) return;
    this.#warned.add(said);
    this.#world.log.warn({ template: path, name }, 'the template prints a name that has no value; it stays empty');
  }
}

type Found = { readonly path: string; readonly expanded: Expanded } | Exclude<Worded, { type: 'text' }>;

const itemOf = ({ source, raws }: Expanded, subject: Subject, form: RenderItem['form']): RenderItem => ({
  source,
  raws,
  ...subject,
  form,
  longest: LONGEST_TEXT,
});
