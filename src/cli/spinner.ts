import { NOTHING_OPEN } from '../base/disposal.ts';
import type { Context } from './command.ts';

const FRAME_MS = 100;
const FRAMES = { unicode: '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏', ascii: '|/-\\' };
const CLEAR = '\r\u001b[K';

/** Shows on one line of a terminal what is waited for, until disposed of. Who is no terminal sees nothing. */
export function spin(textOf: () => string, { world, terminal, globals }: Context): Disposable {
  if (!world.err.isTTY || globals.quiet || terminal.json) return NOTHING_OPEN;
  const frames = [...(terminal.unicode ? FRAMES.unicode : FRAMES.ascii)];
  let turn = 0;
  const draw = () => {
    const text = textOf().slice(0, Math.max(10, (world.err.columns ?? 80) - 3));
    world.err.write(`${CLEAR}${frames[turn % frames.length]} ${text}`);
    turn += 1;
  };
  draw();
  const timer = setInterval(draw, FRAME_MS);
  let isShown = true;
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
      if (isShown) world.err.write(CLEAR);
      isShown = false;
    },
  };
}
