/** How deep arrays and objects of a JSON text are nested, without parsing it. */
export function nestingDepth(json: string): number {
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let at = 0; at < json.length; at += 1) {
    const mark = json.charCodeAt(at);
    if (inString) {
      if (mark === BACKSLASH) at += 1;
      else if (mark === QUOTE) inString = false;
    } else if (mark === QUOTE) inString = true;
    else if (mark === OPEN_ARRAY || mark === OPEN_OBJECT) deepest = Math.max(deepest, (depth += 1));
    else if (mark === CLOSE_ARRAY || mark === CLOSE_OBJECT) depth -= 1;
  }
  return deepest;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
