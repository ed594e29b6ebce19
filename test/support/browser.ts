import { type Browser, chromium } from 'playwright-core';
import { program } from './services.ts';

/** Without these it asks machines of its makers. */
const QUIET = [
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];

/** A browser without a window; `undefined` where chromium is not installed. */
export async function browserOrNone(): Promise<Browser | undefined> {
  const executablePath = program('chromium');
  if (!executablePath) return undefined;
  return await chromium.launch({ executablePath, args: [...QUIET, '--disable-gpu', '--no-sandbox'] });
}
