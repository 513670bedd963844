// Control characters, line separators and direction marks that could forge a line or hide text in a viewer.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Shows control characters, line separators and direction marks as escapes, so a line stays one line. */
export function neutralise(text: string): string {
  return text.replace(UNSAFE, (mark) => {
    if (mark === '\n') return '\\n';
    return `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

const SECRETS: [pattern: RegExp, replacement: string][] = [
  [/\bhf_[A-Za-z0-9]{8,}/g, 'hf_[redacted]'],
  [/\b(sk|pk|ghp|gho|ghs|github_pat|glpat|xox[abp])[-_][A-Za-z0-9_-]{8,}/g, '$1_[redacted]'],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 [redacted]'],
  [/\b(mlx_code_\d+)=[A-Za-z0-9_-]+/g, '$1=[redacted]'],
  [/([#?&]|\b)(token|api_key|apikey|access_token|password|secret)=[^\s"'&\\]+/gi, '$1$2=[redacted]'],
  [
    /"([\w-]*(?:token|password|secret|api_?key|authorization|cookie)[\w-]*)":"(?:[^"\\]|\\.)*"/gi,
    '"$1":"[redacted]"',
  ],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g, '[redacted private key]'],
];

/** Replaces what looks like a key, a token, a cookie or a password. */
export function redact(text: string): string {
  let safe = text;
  for (const [pattern, replacement] of SECRETS) safe = safe.replace(pattern, replacement);
  return safe;
}
