'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';

interface VirtualListProps<Item> {
  items: Item[];
  /** Stable across changes of the list. */
  keyOf: (item: Item) => string;
  /** Guess in pixels; rows are measured when they appear. */
  estimate: (item: Item) => number;
  render: (item: Item, index: number) => ReactNode;
  /** Near the end: fetch the next page. */
  onEndReached?: () => void;
  label: string;
  className?: string;
}

/** A list that draws only what is in sight, for ten or ten thousand items. It scrolls by itself: give it a height. */
export function VirtualList<Item>({
  items,
  keyOf,
  estimate,
  render,
  onEndReached,
  label,
  className,
}: VirtualListProps<Item>) {
  const scroller = useRef<HTMLDivElement>(null);
  // oxlint-disable-next-line react/incompatible-library -- nothing it returns is passed on to a memoised part
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => at(items, index, estimate) ?? 32,
    getItemKey: (index) => at(items, index, keyOf) ?? index,
    overscan: 12,
  });
  const rows = virtualizer.getVirtualItems();
  const last = rows.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= items.length - 8) onEndReached?.();
  }, [last, items.length, onEndReached]);
  return (
    <div ref={scroller} className={className}>
      <div
        role="list"
        aria-label={label}
        className="relative w-full"
        style={{ height: virtualizer.getTotalSize() }}
      >
        {rows.map((row) => (
          <div
            key={row.key}
            role="listitem"
            data-index={row.index}
            ref={virtualizer.measureElement}
            aria-posinset={row.index + 1}
            aria-setsize={items.length}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${row.start}px)` }}
          >
            {at(items, row.index, (item) => render(item, row.index))}
          </div>
        ))}
      </div>
    </div>
  );
}

function at<Item, Result>(items: Item[], index: number, read: (item: Item) => Result): Result | undefined {
  const item = items[index];
  return item === undefined ? undefined : read(item);
}
