/** Control characters, line ends and marks of direction: what makes a name look like another. */
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** A file name as it may be shown: what cannot be seen is written out, `\n`, `\u202e`. */
export function showName(name: string): string {
  return name.replace(HIDDEN, (found) => {
    if (found === '\n') return '\\n';
    return `\\u${(found.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
  });
}
