/** Asks the agent that served the page. */

/** Why the agent did not do what it was asked, in its own words. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The JSON at an address of the agent. Throws `Refused`. */
export const get = async <Answer>(path: string, signal: AbortSignal | null = null): Promise<Answer> =>
  (await (await ask(path, { signal })).json()) as Answer;

/** The file at an address of the agent. Throws `Refused`. */
export const getFile = async (path: string): Promise<Blob> => await (await ask(path, {})).blob();

/** Sends JSON to an address of the agent, for its answer. Throws `Refused`. */
export const post = async <Answer>(path: string, body: unknown = {}): Promise<Answer> => {
  // Only our own page can say the second: what a login changes needs it.
  const headers = { 'content-type': 'application/json', 'x-requested-with': 'opsbro' };
  return (await (await ask(path, { method: 'POST', body: JSON.stringify(body), headers })).json()) as Answer;
};

/** What to tell of a failure. */
export const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function ask(path: string, request: RequestInit): Promise<Response> {
  const answer = await fetch(path, request);
  if (!answer.ok) throw new Refused(answer.status, await messageIn(answer));
  return answer;
}

async function messageIn(answer: Response): Promise<string> {
  const fallback = `the agent answered with ${answer.status}`;
  const body = (await answer.json().catch(() => ({}))) as { error?: { message?: string } };
  return body.error?.message ?? fallback;
}

/** The path of a service, of its check, or of what is done about them. */
export const pathOf = (service: string, ...rest: readonly string[]): string =>
  ['/health-services', service, ...rest].map((each, at) => (at === 0 ? each : encodeURIComponent(each))).join('/');
