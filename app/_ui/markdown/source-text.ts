/** Code spans, and fences inside list items: nothing in them is rewritten. */
const CODE = /(`{3,}|~{3,})[\s\S]*?(?:\1|$)|(`{1,2})(?!`)[\s\S]*?[^`]\2(?!`)/g;
const WHOLE_FORMULA = /^\s*(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\])\s*$/;
const DISPLAY = /\\\[([^\n]+?)\\\]/g;
const INLINE = /\\\((.+?)\\\)/g;
const DOLLARS = /(?<![\\$\w])\$(?![\s$])([^$\n]{1,200}?)(?<![\s\\$])\$(?![\w$])/g;

/**
 * Rewrites the formula marks that models use into the one the parser knows, `$$...$$`, and keeps what is no formula
 * (`$5`) and what the parser would hide (footnote definitions) as text.
 */
export function sourceText(text: string): string {
  const whole = WHOLE_FORMULA.exec(text);
  if (whole !== null) return `$$\n${(whole[1] ?? whole[2] ?? '').trim()}\n$$`;
  if (!/[$\\[]/.test(text)) return text;
  let result = '';
  let at = 0;
  for (const code of text.matchAll(CODE)) {
    result += prose(text.slice(at, code.index)) + code[0];
    at = code.index + code[0].length;
  }
  return result + prose(text.slice(at));
}

function prose(text: string): string {
  return text
    .replace(DISPLAY, (_, formula: string) => `$$${formula.trim()}$$`)
    .replace(INLINE, (_, formula: string) => `$$${formula.trim()}$$`)
    .replace(DOLLARS, (all, formula: string) => (looksLikeFormula(formula) ? `$$${formula}$$` : all))
    .replace(/^( {0,3})\[\^/gm, '$1\\[^');
}

/** Prices come in pairs too ("from $5 to $10"): a formula has a mark of mathematics, or is one letter. */
function looksLikeFormula(text: string): boolean {
  if (/^[a-zA-Z]$/.test(text)) return true;
  return /^\d/.test(text) ? /[\\^=]/.test(text) : /[\\^_{}=<>+]/.test(text);
}
