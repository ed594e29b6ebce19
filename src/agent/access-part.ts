import { join } from 'node:path';
import { Gate } from '../access/gate.ts';
import { TokenBook } from '../access/token-book.ts';
import { isLoopback } from '../base/loopback.ts';
import type { AgentConfig } from '../config/agent-schema.ts';
import { readTokenFile, TOKEN_FILE, type TokensRead } from '../config/token-file.ts';
import type { AuditEntry } from '../http/audit-entry.ts';
import type { AccessPart } from '../http/parts.ts';
import { problemLine } from '../model/pack.ts';
import { Audit } from './audit.ts';
import type { StateStore } from './state-store.ts';
import type { World } from './world.ts';

const HEALTH = 'tokens';
const CODES = ['file', 'open'] as const;

interface Options {
  readonly world: World;
  readonly state: StateStore;
  readonly config: AgentConfig;
}

interface Opened {
  readonly tokens: TokenBook;
  readonly audit: Audit;
}

/** Who may ask this agent over TCP, and the audit of what was asked. */
export class Access implements AccessPart, Disposable {
  readonly #world: World;
  readonly #audit: Audit;
  #anonymousRead: AccessPart['anonymousRead'];
  readonly tokens: TokenBook;
  readonly gate: Gate;

  private constructor({ world, config }: Options, { tokens, audit }: Opened) {
    this.#world = world;
    this.#anonymousRead = config.http.anonymous_read;
    this.#audit = audit;
    this.tokens = tokens;
    this.gate = new Gate({ tokens, clock: world.clock });
  }

  /** Goes on with the tokens that are kept, and reads those of the file. */
  static async open(options: Options): Promise<Access> {
    const { world, state } = options;
    const { clock } = world;
    const tokens = await TokenBook.open({ clock, shelf: state.shelf('tokens') });
    const log = world.log.logger.child({ part: 'audit' });
    const access = new Access(options, {
      tokens,
      audit: await Audit.open({ clock, log, shelf: state.shelf('audit') }),
    });
    await access.#readFile();
    return access;
  }

  get anonymousRead(): AccessPart['anonymousRead'] {
    return this.#anonymousRead;
  }

  get socketPath(): string {
    return this.#world.socketPath;
  }

  /** Who changed what. */
  get history(): AccessPart['history'] {
    return this.#audit;
  }

  /** Notes a request that was to change something. */
  audit(entry: AuditEntry): void {
    this.#audit.note(entry);
  }

  /** From now on these settings count, and the file of tokens as it is now. */
  async apply({ http }: AgentConfig): Promise<void> {
    this.#anonymousRead = http.anonymous_read;
    await this.#readFile();
  }

  /** What is odd about the file as a whole is told in the health of the agent; what is wrong in it, and the log, is up to who reads the configuration. */
  async #readFile(): Promise<void> {
    const { health, log, home } = this.#world;
    const file = join(home.config, TOKEN_FILE);
    const read = await readTokenFile(file);
    const taken = this.tokens.setWritten(read.tokens);
    for (const code of CODES) health.clear(HEALTH, code);
    for (const [code, text] of complaintsOf(file, { ...read, problems: [] }, taken)) {
      if (code === 'file') log.logger.warn({ part: 'config' }, text);
      health.raise(HEALTH, code, text);
    }
  }

  [Symbol.dispose](): void {
    this.#audit[Symbol.dispose]();
  }
}

/** What is odd about a file of tokens, in words, each with its code in the health; `taken` are names that others had already. */
export function* complaintsOf(
  file: string,
  { problems, openTo }: TokensRead,
  taken: readonly string[],
): Generator<readonly [(typeof CODES)[number], string]> {
  if (openTo === 'writers')
    yield ['open', `${file} can be changed by others and counts for nothing; run chmod 600 ${file} and reload`];
  if (openTo === 'readers') yield ['open', `${file} can be read by others; run chmod 600 ${file}`];
  const lines = problems.map(problemLine);
  const doubles = taken.map((name) => `${file}: there is another token "${name}"; the one of the file is left out`);
  if (lines.length + doubles.length > 0) yield ['file', [...lines, ...doubles].slice(0, 5).join('; ')];
}

/** What a person should know about doors that are open to others than this machine. */
export function httpWarnings({ http, websocket, mob }: AgentConfig): readonly string[] {
  const doors = [
    ['http', http],
    ['websocket', { ...websocket, port: websocket.enabled ? websocket.port : 'off' }],
    ['mob', { ...mob, port: mob.enabled ? mob.port : 'off' }],
  ] as const;
  const isSecure = (door: string) => http.tls_cert !== undefined && door !== 'mob';
  return doors
    .filter(
      ([door, { port, bind }]) => port !== 'off' && !isSecure(door) && bind.some((address) => !isLoopback(address)),
    )
    .map(
      ([door]) =>
        `${door} listens beyond this machine without TLS: tokens can be read on the way; ${door === 'mob' ? '' : 'set http.tls_cert and http.tls_key, or '}put a proxy with TLS before it`,
    );
}
