import { type Cloud, openCloud } from './cloud.ts';
import { type LocalPlace, type ServiceType, withVersion } from './endpoint.ts';
import { isObject } from './json.ts';
import { ApiDown } from './metric.ts';
import { type CloudOptions, placeOf } from './options.ts';
import type { Probing } from './probing.ts';
import { type Answer, jsonOf, unexpected } from './web.ts';

/** Something of a list that a service gives. */
export type Item = Readonly<Record<string, unknown>>;

const MOST_PAGES = 100;
const UNAUTHORIZED = 401;

/** A service of the cloud that is asked with our token. */
export class Api {
  readonly #probing: Probing;
  readonly #cloud: Cloud;
  /** Its address with the version, without a slash at the end. */
  readonly base: string;

  constructor(probing: Probing, cloud: Cloud, base: string) {
    this.#probing = probing;
    this.#cloud = cloud;
    this.base = base;
  }

  get projectId(): string {
    return this.#cloud.token().projectId;
  }

  /** Asks what is timed. Throws `ApiDown` for a refusal. */
  async timed(path: string): Promise<Answer> {
    const answer = await this.ask(path);
    this.#probing.ttfbMs = answer.ttfbMs;
    return accepted(answer);
  }

  /** The answer, whatever its status; a token that is refused is renewed once. Throws `ApiDown` when there is none. */
  async ask(path: string, limitMs?: number): Promise<Answer> {
    const first = await this.#send(path, limitMs);
    if (first.status !== UNAUTHORIZED) return first;
    await this.#cloud.renew();
    return await this.#send(path, limitMs);
  }

  /** What is at a path, as JSON. Throws `ApiDown` for a refusal. */
  async json(path: string): Promise<unknown> {
    return jsonOf(this.#probing.web, accepted(await this.ask(path)));
  }

  /**
   * The pages of a list, beginning with the answer to `path` if that is there already. Throws a `ProbeError` when it is no such list,
   * `ApiDown` when a page is refused or there are too many.
   */
  async *pages(key: string, path: string, first?: Answer): AsyncGenerator<readonly Item[]> {
    const seen = new Set<string>();
    let at: string | undefined = this.base + path;
    let answer = first;
    for (let pages = 0; at !== undefined; pages++) {
      if (pages >= MOST_PAGES) throw new ApiDown(`${key} have more than ${MOST_PAGES} pages`);
      seen.add(at);
      answer ??= accepted(await this.ask(at));
      const document = jsonOf(this.#probing.web, answer);
      const items = isObject(document) ? document[key] : undefined;
      if (!isObject(document) || !Array.isArray(items)) throw unexpected(this.#probing.web, answer);
      yield items.filter(isObject);
      const next = this.#nextOf(document, key);
      at = next === undefined || seen.has(next) ? undefined : next;
      answer = undefined;
    }
  }

  /** How many things a list has, over all its pages. */
  async count(key: string, path: string, first?: Answer): Promise<number> {
    let count = 0;
    for await (const page of this.pages(key, path, first)) count += page.length;
    return count;
  }

  /** How many things of a list have each status, which stands at `status` if nowhere else. `first` is the answer to `path`, if that is there. */
  async statuses(
    key: string,
    path: string,
    { first, of = 'status' }: { readonly first?: Answer; readonly of?: string } = {},
  ): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for await (const page of this.pages(key, path, first)) {
      for (const item of page) {
        const status = item[of];
        const name = typeof status === 'string' ? status : 'UNKNOWN';
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    return counts;
  }

  /** Links tell the address of the public; what is asked is the service here. */
  #nextOf(document: Item, key: string): string | undefined {
    const href = nextIn(document, key);
    if (href === undefined || !URL.canParse(href, this.base)) return undefined;
    const { pathname, search } = new URL(href, this.base);
    return new URL(this.base).origin + pathname + search;
  }

  async #send(path: string, limitMs: number | undefined): Promise<Answer> {
    const url = /^https?:/.test(path) ? path : this.base + path;
    return await this.#probing.web.call({
      url,
      headers: { 'x-auth-token': this.#cloud.token().id, 'content-type': 'application/json' },
      tls: this.#cloud.trust(url),
      ...(limitMs !== undefined && { limitMs }),
    });
  }
}

/** The answer, if it is one. Throws `ApiDown` for a refusal. */
export function accepted(answer: Answer): Answer {
  if (answer.status < REFUSALS) return answer;
  throw new ApiDown(`${answer.url} answers ${answer.status}`, answer.status);
}

const REFUSALS = 400;

function nextIn(document: Item, key: string): string | undefined {
  const { next, links } = document;
  if (typeof next === 'string') return next;
  if (isObject(links) && typeof links['next'] === 'string') return links['next'];
  const list = document[`${key}_links`];
  if (!Array.isArray(list)) return undefined;
  const found = list.filter(isObject).find(({ rel }) => rel === 'next')?.['href'];
  return typeof found === 'string' ? found : undefined;
}

interface Where extends CloudOptions {
  readonly ip: string;
  readonly port: number;
  readonly protocol: 'http' | 'https';
}

/**
 * Opens a service of the cloud where the options say it is. `version` is added to an address that has none. Throws a `ProbeError` when
 * keystone does not let us in or knows no such service.
 */
export async function openApi(
  probing: Probing,
  { type, version }: { readonly type: ServiceType; readonly version?: string },
  options: Where,
): Promise<Api> {
  const place: LocalPlace | undefined = placeOf(options);
  const cloud = await openCloud(probing, options);
  const base = cloud.url(type, place);
  return new Api(probing, cloud, version === undefined ? base : withVersion(base, version));
}
