import { AppError } from '#server/kernel/errors.ts';

export interface PatternInput {
  text: string;
  /** The text is a regular expression, which may begin with `(?i)`; otherwise it is meant as it stands. */
  isRegex: boolean;
}

const LONGEST = 2000;

/**
 * What is looked for, line by line. Plain text in small letters is found in any case, as soon as there is a capital
 * only as it stands. Errors: invalid_request, with the place where a regular expression goes wrong.
 */
export function compilePattern({ text, isRegex }: PatternInput): RegExp {
  if (text === '') throw new AppError('invalid_request', 'Type what to look for.');
  if (text.length > LONGEST) {
    throw new AppError('invalid_request', `What is looked for may have ${LONGEST} characters at most.`);
  }
  if (!isRegex) {
    const anyCase = text === text.toLowerCase();
    return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`), anyCase ? 'gimu' : 'gmu');
  }
  const anyCase = text.startsWith('(?i)');
  const source = anyCase ? text.slice(4) : text;
  const flags = anyCase ? 'gim' : 'gm';
  const strict = compile(source, `${flags}u`);
  if (strict instanceof RegExp) return strict;
  // Escapes that say nothing, as in `\-` or `\"`, are refused only beside the flag u.
  const lenient = compile(source, flags);
  if (lenient instanceof RegExp) return lenient;
  const position = validUntil(source, flags) + 1 + (anyCase ? 4 : 0);
  throw new AppError(
    'invalid_request',
    `The regular expression goes wrong at character ${position}: ${strict.toLowerCase()}.`,
    { details: { position } },
  );
}

/** The expression, or why it is none. */
function compile(source: string, flags: string): RegExp | string {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return message.slice(message.lastIndexOf(': ') + 2);
  }
}

/** Length of its longest beginning that is an expression of its own. */
function validUntil(source: string, flags: string): number {
  for (let length = source.length - 1; length > 0; length -= 1) {
    if (compile(source.slice(0, length), flags) instanceof RegExp) return length;
  }
  return 0;
}
