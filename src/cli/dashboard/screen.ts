import type { World } from '../world.ts';

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
/** Both before the text: behind one that reaches the edge they would take its last sign. */
const CLEAR_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';

/** A screen of its own over what the terminal shows; that is back when it is disposed of. */
export class Screen implements Disposable {
  readonly #world: Pick<World, 'out'>;
  #isOpen = true;

  constructor(world: Pick<World, 'out'>) {
    this.#world = world;
    world.out.write(ENTER);
  }

  /** Shows these lines and nothing else; those that do not fit are left out. */
  show(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    const shown = lines.slice(0, this.#world.out.rows ?? lines.length);
    const clear = (at: number) => (at === shown.length - 1 ? CLEAR_BELOW : CLEAR_LINE_END);
    this.#world.out.write(HOME + shown.map((line, at) => clear(at) + line).join('\r\n'));
  }

  [Symbol.dispose](): void {
    if (this.#isOpen) this.#world.out.write(LEAVE);
    this.#isOpen = false;
  }
}
