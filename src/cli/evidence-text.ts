import type { Api } from '../http/api.ts';

type Evidence = Api['GET /agent/members/:ref/why']['answer']['evidence'][number];

/** What happened in words, as seen by who told it; the node it is about is `it`. */
const WORDS: Readonly<Record<Evidence['kind'], string>> = {
  'probe-timeout': 'did not hear from it in time',
  indirect: 'asked others to try',
  tcp: 'tried over TCP',
  'late-ack': 'heard from it too late',
  'suspect-received': 'suspects it',
  'dead-received': 'says it is dead',
  'timer-fired': 'waited long enough: it is dead',
  refuted: 'it says it is alive',
  alive: 'is alive',
  suspect: 'is suspect',
  dead: 'is dead',
  left: 'has left',
  'leave-intent': 'is about to leave',
  'join-intent': 'is about to join',
  conflict: 'its name is claimed by another',
  'address-change': 'is at another address',
  'told-by-push-pull': 'told in an exchange how it is',
  paused: 'was paused itself',
  isolated: 'heard nobody at all',
};

/** A piece of evidence for people: what happened, and the numbers that belong to it. */
export function evidenceText({ kind, incarnation, detail }: Evidence): {
  readonly text: string;
  readonly detail: string;
} {
  const facts = Object.entries(detail).map(([name, value]) => `${name}=${value}`);
  return { text: WORDS[kind], detail: [...facts, `incarnation=${incarnation}`].join(' ') };
}
