/**
 * How well a typed piece fits a name, 0 (not at all) to 1 (the same): the name itself, its beginning, the beginnings of
 * its parts (`gUN`, `getnam` for getUserName), a piece of it, letters in their order.
 */
export function fitName(typed: string, name: string): number {
  if (typed === '') return 0;
  const [lowTyped, lowName] = [typed.toLowerCase(), name.toLowerCase()];
  if (lowTyped === lowName) return typed === name ? 1 : 0.97;
  // Among names that fit alike, the shorter one has less that was not typed.
  const share = lowTyped.length / lowName.length;
  if (lowName.startsWith(lowTyped)) return 0.8 + 0.15 * share;
  if (fitsParts(lowTyped, name, lowName)) return 0.65 + 0.15 * share;
  const at = lowName.indexOf(lowTyped);
  if (at > 0) return (startsPart(name, at) ? 0.6 : 0.45) + 0.1 * share;
  return lowTyped.length >= 3 && inOrder(lowTyped, lowName) ? 0.1 + 0.2 * share : 0;
}

/** Whether the typed letters are beginnings of parts of the name, in their order, the first part among them. */
function fitsParts(typed: string, name: string, lowName: string): boolean {
  const starts: number[] = [];
  for (let at = 0; at < name.length; at += 1) if (startsPart(name, at)) starts.push(at);
  const plain = typed.replace(/[\s_./-]+/g, '');
  const seen = new Set<number>();
  const fit = (typedAt: number, part: number): boolean => {
    if (typedAt === plain.length) return true;
    const key = typedAt * 256 + part;
    if (part >= starts.length || part > 255 || seen.has(key)) return false;
    seen.add(key);
    const start = starts[part] ?? 0;
    const end = starts[part + 1] ?? name.length;
    for (
      let length = 0;
      start + length < end && plain[typedAt + length] === lowName[start + length];
      length += 1
    ) {
      if (fit(typedAt + length + 1, part + 1)) return true;
    }
    return part > 0 && fit(typedAt, part + 1);
  };
  return plain !== '' && fit(0, 0);
}

function startsPart(name: string, at: number): boolean {
  if (at === 0) return true;
  const [before, here, after] = [name.charAt(at - 1), name.charAt(at), name.charAt(at + 1)];
  if (/[^\p{L}\p{N}]/u.test(before)) return /[\p{L}\p{N}]/u.test(here);
  const upper = /\p{Lu}/u;
  return upper.test(here) && (!upper.test(before) || /\p{Ll}/u.test(after));
}

/**
 * Whether letters stand in a name in their order, both in lower case: what does not fit so fits in no way, and most
 * names of a workspace are told apart by it at once.
 */
export function inOrder(typed: string, name: string): boolean {
  let at = 0;
  for (let place = 0; place < name.length && at < typed.length; place += 1) {
    if (name.charCodeAt(place) === typed.charCodeAt(at)) at += 1;
  }
  return at === typed.length;
}

/** What was typed as `inOrder` takes it: without what separates words. */
export function lettersOf(typed: string): string {
  return typed.toLowerCase().replace(/[\s_./-]+/g, '');
}

/** How well a typed piece fits a path, 0 to 1: its file name counts most, then its end, then any part of it. */
export function fitPath(typed: string, path: string, lowerPath: string): number {
  const wanted = typed.toLowerCase();
  if (wanted === lowerPath) return 1;
  const name = path.slice(path.lastIndexOf('/') + 1);
  const share = wanted.length / lowerPath.length;
  if (lowerPath.endsWith(`/${wanted}`)) return 0.9 + 0.1 * share;
  const stem = name.replace(/\.[^.]*$/, '');
  if (!wanted.includes('/')) {
    const fit = Math.max(fitName(typed, name), fitName(typed, stem) * 0.98);
    if (fit > 0.4) return fit * 0.9;
  }
  if (lowerPath.includes(wanted)) return 0.4 + 0.2 * share;
  return inOrder(wanted.replaceAll(/\s+/g, ''), lowerPath) ? 0.05 + 0.2 * share : 0;
}
