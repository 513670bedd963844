let observer: IntersectionObserver | undefined;
const waiting = new WeakMap<Element, () => void>();

/** Runs once when `element` comes within a screen of being visible; the returned function calls it off. */
export function whenNear(element: Element, run: () => void): () => void {
  observer ??= new IntersectionObserver(notify, { rootMargin: '900px 0px' });
  waiting.set(element, run);
  observer.observe(element);
  return () => {
    waiting.delete(element);
    observer?.unobserve(element);
  };
}

function notify(entries: IntersectionObserverEntry[]): void {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    observer?.unobserve(target);
    waiting.get(target)?.();
    waiting.delete(target);
  }
}
