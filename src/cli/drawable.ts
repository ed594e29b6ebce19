// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const STEERING = /\u001b\[[0-9;?]*[A-HJKSTdfhlmsu]|[\u0000-\u0007\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/**
 * The text of a recorded terminal as it may go to another one: colours, moves of the cursor and clearing stay; whatever asks a terminal to
 * answer, or sets its title or its clipboard, does not.
 */
export const drawable = (text: string): string => text.replace(STEERING, (found) => (found.length > 1 ? found : ''));
