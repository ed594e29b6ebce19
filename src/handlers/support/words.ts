import type { Message } from '../../model/alert.ts';
import { withoutControls } from '../../model/plugin-output.ts';

/** As much as a mail server takes of a header without complaint. */
const LONGEST_LINE = 250;

/** One line, without what could end a header or colour a terminal. */
export const oneLine = (text: string): string =>
  withoutControls(text.replace(/\s+/g, ' ')).trim().slice(0, LONGEST_LINE);

/** A line of a message; that of a test is marked so. */
export const titled = ({ isTest }: Pick<Message, 'isTest'>, title: string): string =>
  isTest ? `TEST ${title}` : title;
