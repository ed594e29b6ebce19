/** In names only ASCII letters have a case. */
export const lowered = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/** The text of one label from its bytes: a dot in it is written `\.`, so that it never matches a separator. */
export const labelText = (label: Buffer): string =>
  lowered(label.toString('utf8'))
    .replaceAll(/[\\.]/g, (sign) => `\\${sign}`)
    .replaceAll('\0', '\\0');

/** A name that people gave, as the same labels would read; most read as they are written. */
export const nameText = (name: string): string =>
  SPECIAL.test(name) ? lowered(name).replaceAll('\\', '\\\\').replaceAll('\0', '\\0') : name;

const SPECIAL = /[A-Z\\\0]/;

const LEGAL_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Whether a name, dots included, may be that of a host. */
export const isHostName = (name: string): boolean =>
  name.length > 0 && name.length <= 200 && name.split('.').every((label) => LEGAL_LABEL.test(label));
