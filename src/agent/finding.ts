/** One thing that `opsbro doctor` looked at. */
export interface Finding {
  readonly about: string;
  /** `bad`: an agent cannot run, or does not do what was written; `poor`: it runs, but not as well as it could. */
  readonly verdict: 'ok' | 'poor' | 'bad';
  /** How it is, and what to do about it. */
  readonly text: string;
}

export const ok = (about: string, text: string): Finding => ({ about, verdict: 'ok', text });
export const poor = (about: string, text: string): Finding => ({ about, verdict: 'poor', text });
export const bad = (about: string, text: string): Finding => ({ about, verdict: 'bad', text });
