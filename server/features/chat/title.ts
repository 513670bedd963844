const LONGEST = 60;

/**
 * A title from the first message: its first sentence without Markdown, cut at a word, at most 60 characters.
 * Empty when the text has no letter or digit outside of code.
 */
export function autoTitle(text: string): string {
  const sentence = firstSentence(plain(text.slice(0, 4000)));
  if (sentence.length <= LONGEST) return sentence;
  // Cut by code points: half of a surrogate pair is not a character.
  const head = [...sentence].slice(0, LONGEST - 1).join('');
  const space = head.lastIndexOf(' ');
  return `${(space > LONGEST / 2 ? head.slice(0, space) : head).replace(/[\s,;:–—-]+$/u, '')}…`;
}

function plain(markdown: string): string {
  const prose = markdown.replace(/^(```|~~~)[\s\S]*?(^\1|$(?![\s\S]))/gm, ' ');
  return (/[\p{L}\p{N}]/u.test(prose) ? prose : markdown)
    .replace(/[\p{Cc}\p{Cf}]/gu, (character) => (/\s/.test(character) ? character : ''))
    .replace(/!?\[([^\]\n]*)\]\([^)\n]*\)/g, '$1')
    .replace(/^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+|\d{1,9}[.)]\s+)+/gm, '')
    .replace(/(\*\*|__|~~|```\w*|`)/g, '')
    .replace(/(?<![\p{L}\p{N}])[*_](\S(?:[^*_\n]*\S)?)[*_](?![\p{L}\p{N}])/gu, '$1')
    .trim();
}

function firstSentence(text: string): string {
  const line = text.split(/\n/).find((candidate) => /[\p{L}\p{N}]/u.test(candidate)) ?? '';
  const end = /^.{8,}?(?:[.!?](?=\s+\p{Lu})|[?!](?=\s)|[。！？])/u.exec(line);
  return (end ? end[0] : line)
    .replace(/\s+/g, ' ')
    .replace(/[.:\s]+$/u, '')
    .trim();
}
