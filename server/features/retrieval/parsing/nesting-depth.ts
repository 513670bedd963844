/** What a person writes is nested a few dozen levels; the stack of a WebAssembly module is small. */
const DEEPEST = 1000;

/** Whether brackets, wherever they stand, are nested deeper than a parser should be trusted with. */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case 40:
      case 91:
      case 123:
        depth += 1;
        if (depth > DEEPEST) return true;
        break;
      case 41:
      case 93:
      case 125:
        if (depth > 0) depth -= 1;
        break;
      default:
    }
  }
  return false;
}
