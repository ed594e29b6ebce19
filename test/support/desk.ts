import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../src/base/errors.ts';
import { type Logger, silent } from '../../src/base/log.ts';
import type { Host } from '../../src/net/host.ts';
import type { Desk } from '../../src/plugins/delivery.ts';
import render, { type RenderItem } from '../../src/templates/render.ts';
import { Templates } from '../../src/templates/templates.ts';
import { fakeHost } from './host.ts';

/** The folder with the templates that are shipped. */
export const SHIPPED_TEMPLATES = fileURLToPath(new URL('../../etc/packs/global/mail/templates', import.meta.url));

interface Given {
  readonly host?: Host;
  readonly folders?: readonly string[];
  readonly log?: Logger;
}

/** What a handler works with. Templates are filled in at once, without a thread that could be ended. */
export function fakeDesk({ host = fakeHost(), folders = [SHIPPED_TEMPLATES], log = silent }: Given = {}): Desk {
  const templates = new Templates({
    log,
    readFile: (path) => readFile(path, 'utf8'),
    work: async (_, items) =>
      items.map((item) => {
        try {
          return { type: 'done', value: render(item as RenderItem) };
        } catch (error) {
          return { type: 'failed', message: messageOf(error) };
        }
      }),
  });
  return { host, word: templates.in(folders) };
}
