import type { KeyDoc } from '../../plugins/kinds.ts';

/** A value as it is now. */
export const gauge = (key: string, meaning: string, unit = ''): KeyDoc => ({ key, kind: 'gauge', unit, meaning });

/** A text. */
export const info = (key: string, meaning: string): KeyDoc => ({ key, kind: 'info', unit: '', meaning });

/** A count since the server started. */
export const total = (key: string, meaning: string, unit = ''): KeyDoc => ({ key, kind: 'cumulative', unit, meaning });

/** A count per second. */
export const rate = (key: string, meaning: string, unit = '1/s'): KeyDoc => ({ key, kind: 'rate', unit, meaning });

/** The same key below `prefix`. */
export const below = (prefix: string, doc: KeyDoc): KeyDoc => ({ ...doc, key: `${prefix}.${doc.key}` });
