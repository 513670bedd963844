const MARGIN = '900px 0px';

let observer: IntersectionObserver | undefined;
const waiting = new WeakMap<Element, () => void>();

/** Runs once when `element` comes within a screen of being visible; the returned function calls it off. */
export function whenNear(element: Element, run: () => void): () => void {
  // The margin of the scroller, not of the page: the thread scrolls inside it.
  observer ??= new IntersectionObserver(notify, { rootMargin: MARGIN, scrollMargin: MARGIN });
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
