const MOST_COOKIES = 100;

/** The cookies that a single server set, as a browser keeps them for the length of a visit. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /** Takes the header `set-cookie` of an answer; several are joined by commas, which may also stand in dates. */
  take(header: string | undefined): void {
    for (const written of (header ?? '').split(/,(?=\s*[^\s;,=]+=)/)) {
      const [pair = '', ...attributes] = written.split(';').map((part) => part.trim());
      const at = pair.indexOf('=');
      if (at <= 0 || /[\r\n]/.test(pair)) continue;
      const isOver = attributes.some((attribute) => /^max-age=0$/i.test(attribute));
      if (isOver) this.#cookies.delete(pair.slice(0, at));
      else if (this.#cookies.size < MOST_COOKIES) this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }

  /** The header `cookie` of a request; empty when there are none. */
  get header(): string {
    return Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ');
  }
}
