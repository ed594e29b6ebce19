import { isDeepStrictEqual } from 'node:util';
import type { Door } from './ports-file.ts';
import { type Opening, openWithRetry } from './retry.ts';
import type { World } from './world.ts';

type Listening = AsyncDisposable & { readonly port: number };

/** A door that is opened and closed while the agent runs, as its settings say; with other settings than before it is opened anew. */
export class SwitchedDoor<Settings extends { readonly port: number | 'off' }, Opened extends Listening>
  implements AsyncDisposable
{
  readonly #door: Door;
  readonly #world: World;
  readonly #listen: (settings: Settings, port: number) => Promise<Opened>;
  #opening: Opening<Opened> | undefined;
  #settings: Settings | undefined;
  #change: Promise<void> = Promise.resolve();

  /** `listen` opens it at a port, 0 for any. */
  constructor(door: Door, world: World, listen: (settings: Settings, port: number) => Promise<Opened>) {
    this.#door = door;
    this.#world = world;
    this.#listen = listen;
  }

  /** The door, while it is open. */
  get opened(): Opened | undefined {
    return this.#opening?.opened;
  }

  /** Has it open with these settings, or closed without any; resolves after the first attempt. */
  async serve(settings: Settings | undefined): Promise<void> {
    this.#change = this.#change.then(async () => {
      if (!isDeepStrictEqual(settings, this.#settings)) await this.#close();
      this.#settings = settings;
      if (settings) await this.#open(settings);
    });
    await this.#change;
    if (!settings) this.#world.ports.forget(this.#door);
  }

  /** Its port stays in the file, to be tried first at the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#change = this.#change.then(() => this.#close());
    await this.#change;
  }

  async #open(settings: Settings): Promise<void> {
    const { port: configured } = settings;
    if (this.#opening || configured === 'off') return;
    const { ports, clock, log, health } = this.#world;
    const open = async () => {
      const opened = await ports.listen(this.#door, configured, (port) => this.#listen(settings, port));
      log.logger.info({ door: this.#door, port: opened.port }, 'open');
      return opened;
    };
    this.#opening = await openWithRetry(open, { door: this.#door, clock, log: log.logger, health });
  }

  async #close(): Promise<void> {
    await this.#opening?.close();
    this.#opening = undefined;
  }
}
