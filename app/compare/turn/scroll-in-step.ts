import { type RefCallback, useCallback, useRef } from 'react';

/**
 * Moves elements together: each scrolls to the same part of its own length. Give `join` as the ref of each element;
 * it does nothing while `enabled` is false.
 */
export function useScrollInStep(enabled: boolean): RefCallback<HTMLElement> {
  const members = useRef(new Set<HTMLElement>());
  /** Where we have moved an element ourselves: its scroll event is an echo. */
  const moved = useRef(new WeakMap<HTMLElement, number>());
  return useCallback(
    (element) => {
      if (element === null) return;
      const follow = () => {
        if (!enabled || isEcho(moved.current, element)) return;
        const part = partOf(element);
        for (const other of members.current) if (other !== element) move(other, part);
      };
      const move = (other: HTMLElement, part: number) => {
        other.scrollTop = part * Math.max(0, other.scrollHeight - other.clientHeight);
        moved.current.set(other, other.scrollTop);
      };
      members.current.add(element);
      element.addEventListener('scroll', follow, { passive: true });
      return () => {
        members.current.delete(element);
        element.removeEventListener('scroll', follow);
      };
    },
    [enabled],
  );
}

function isEcho(moved: WeakMap<HTMLElement, number>, element: HTMLElement): boolean {
  const expected = moved.get(element);
  moved.delete(element);
  return expected !== undefined && Math.abs(element.scrollTop - expected) < 2;
}

function partOf({ scrollTop, scrollHeight, clientHeight }: HTMLElement): number {
  return scrollHeight > clientHeight ? scrollTop / (scrollHeight - clientHeight) : 0;
}
