import type { KeyboardEvent, MouseEvent, ReactNode, Ref } from 'react';

interface TreeBoxProps {
  id: string;
  /** Id of the row that the keyboard is at. */
  marked: string | undefined;
  /** Pixels of all rows. */
  height: number;
  onKey: (event: KeyboardEvent) => void;
  onFocused: (focused: boolean) => void;
  /** Asked before a menu opens, with the id of the row under the pointer; false: there is nothing to offer. */
  onMenu: (row: string | undefined) => boolean;
  children: ReactNode;
  /** From the context menu around it. */
  ref?: Ref<HTMLDivElement>;
  onContextMenu?: (event: MouseEvent<HTMLElement>) => void;
}

/** What scrolls and has the focus: the rows, and a menu for the one under the pointer or the keyboard. */
export function TreeBox({
  id,
  marked,
  height,
  onKey,
  onFocused,
  onMenu,
  children,
  ref,
  onContextMenu,
}: TreeBoxProps) {
  return (
    <div
      ref={ref}
      id={id}
      role="tree"
      aria-label="Files"
      tabIndex={0}
      data-scrolls
      aria-activedescendant={marked}
      onKeyDown={onKey}
      onFocus={() => onFocused(true)}
      onBlur={() => onFocused(false)}
      onContextMenu={(event) => {
        const row = event.target instanceof Element ? event.target.closest('[role="treeitem"]') : null;
        if (onMenu(row?.id)) onContextMenu?.(event);
      }}
      className="group/tree min-h-0 flex-1 overflow-y-auto px-1.5 py-1.5 outline-none focus-visible:ring-2 focus-visible:ring-accent focus-visible:ring-inset"
    >
      <div role="presentation" className="relative w-full" style={{ height }}>
        {children}
      </div>
    </div>
  );
}
