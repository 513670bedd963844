/** What `matches` needs of a `KeyboardEvent`. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

const MODIFIERS = new Set(['mod', 'alt', 'shift', 'ctrl', 'meta']);
const NAMED_ON_MAC: Record<string, string> = { mod: '⌘', alt: '⌥', shift: '⇧', ctrl: '⌃', meta: '⌘' };
const NAMED_ELSEWHERE: Record<string, string> = {
  mod: 'Ctrl',
  alt: 'Alt',
  shift: '⇧',
  ctrl: 'Ctrl',
  meta: 'Meta',
};
const NAMED: Record<string, string> = {
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
  enter: '↵',
  backspace: '⌫',
  escape: 'Esc',
  ' ': 'Space',
};

/** Whether a key press is `keys`. mod is Cmd on a Mac and Ctrl elsewhere. */
export function matches(press: KeyPress, keys: string, mac: boolean): boolean {
  const parts = keys.split('+');
  const wanted = parts.at(-1) ?? '';
  const modifiers = new Set(parts.slice(0, -1));
  const mod = mac ? press.metaKey : press.ctrlKey;
  const other = mac ? press.ctrlKey : press.metaKey;
  if (mod !== modifiers.has('mod') || other !== modifiers.has(mac ? 'ctrl' : 'meta')) return false;
  if (press.altKey !== modifiers.has('alt')) return false;
  const pressed = press.key.toLowerCase();
  // Shift makes `?` from another key on most layouts: a bare character that matches needs no shift in the list.
  const shiftMakesIt = press.shiftKey && !modifiers.has('shift') && isSymbol(wanted) && pressed === wanted;
  if (press.shiftKey !== modifiers.has('shift') && !shiftMakesIt) return false;
  return pressed === wanted || fromCode(press.code) === wanted;
}

/** The keys of a press as the list writes them; null while only modifiers are down. */
export function describe(press: KeyPress, mac: boolean): string | null {
  const key = press.key.toLowerCase();
  if (['control', 'meta', 'alt', 'shift', 'dead', 'process', 'unidentified'].includes(key)) return null;
  const parts = [];
  if (mac ? press.metaKey : press.ctrlKey) parts.push('mod');
  if (mac ? press.ctrlKey : press.metaKey) parts.push(mac ? 'ctrl' : 'meta');
  if (press.altKey) parts.push('alt');
  const plain = (press.altKey || press.shiftKey) && fromCode(press.code);
  if (press.shiftKey && (plain || !isSymbol(key))) parts.push('shift');
  parts.push(plain || key);
  return parts.join('+');
}

/** One label for each key cap. */
export function keyLabels(keys: string, mac: boolean): string[] {
  return keys.split('+').map((part) => {
    if (MODIFIERS.has(part)) return (mac ? NAMED_ON_MAC : NAMED_ELSEWHERE)[part] ?? part;
    return NAMED[part] ?? (part.length === 1 ? part.toUpperCase() : part);
  });
}

/** As `aria-keyshortcuts` wants it, e.g. `Control+Shift+O`. */
export function ariaKeys(keys: string, mac: boolean): string {
  const names: Record<string, string> = { mod: mac ? 'Meta' : 'Control', ctrl: 'Control' };
  return keys
    .split('+')
    .map((part) => names[part] ?? part.charAt(0).toUpperCase() + part.slice(1))
    .join('+');
}

function isSymbol(key: string): boolean {
  return key.length === 1 && key.toLowerCase() === key.toUpperCase();
}

/** With Alt on a Mac `key` is another character, with Shift another symbol: `code` still names the key cap. */
function fromCode(code: string): string {
  if (/^Key[A-Z]$/.test(code)) return code.slice(3).toLowerCase();
  if (/^Digit\d$/.test(code)) return code.slice(5);
  return { Semicolon: ';', Comma: ',', Slash: '/', BracketRight: ']', BracketLeft: '[' }[code] ?? '';
}
