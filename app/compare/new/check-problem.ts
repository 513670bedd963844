import type { Check } from '#server/features/compare/contract.ts';

/** What is wrong with a check, in a sentence; null when it can be used. */
export function problemOf({ type, value }: Check): string | null {
  switch (type) {
    case 'exact':
      return null;
    case 'contains':
      return value === '' ? 'Write what the answer must contain.' : null;
    case 'regex':
      return value === '' ? 'Write a regular expression.' : regexProblem(value);
    case 'json_schema':
      return value === '' ? 'Write a JSON schema.' : jsonProblem(value);
  }
}

function regexProblem(value: string): string | null {
  try {
    void new RegExp(value);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : 'This is no regular expression.';
  }
}

function jsonProblem(value: string): string | null {
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'object' || typeof parsed === 'boolean' ? null : 'A schema is a JSON object.';
  } catch {
    return 'This is not JSON.';
  }
}
