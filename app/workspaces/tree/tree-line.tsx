import { ChevronRight, File, FileSymlink, Folder, FolderOpen } from 'lucide-react';
import { putEntry } from '#app/_client/folder-entry.ts';
import { classes } from '#app/_ui/classes.ts';
import { showName } from '../show-name.ts';
import type { TreeRow } from './tree-rows.ts';

interface TreeLineProps {
  id: string;
  workspace: string;
  row: TreeRow;
  /** Pixels. */
  place: { top: number; height: number };
  /** The keyboard is here. */
  marked: boolean;
  /** It is the file on the screen. */
  shown: boolean;
  onPress: () => void;
}

/** One line of the tree. What an ignore rule leaves out of the index is dimmed and says so. */
export function TreeLine({ id, workspace, row, place, marked, shown, onPress }: TreeLineProps) {
  const style = {
    transform: `translateY(${place.top}px)`,
    height: place.height,
    paddingLeft: 6 + row.depth * 14,
  };
  const line = 'absolute inset-x-0 top-0 flex items-center gap-1.5 pr-2 text-small';
  if (row.kind === 'note') {
    return (
      <p role="presentation" style={style} className={classes(line, 'text-tiny text-ink-3')}>
        <span className="ml-5 truncate">{row.text}</span>
      </p>
    );
  }
  const { entry, depth, open, position, siblings } = row;
  const folder = entry.kind === 'folder';
  const usable = folder || entry.kind === 'file';
  const name = showName(entry.name);
  const note = noteOf(entry);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- keys go to the tree
    <div
      id={id}
      role="treeitem"
      aria-level={depth + 1}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-expanded={folder ? open : undefined}
      aria-selected={shown}
      aria-disabled={!usable}
      aria-label={note === null ? name : `${name}, ${note}`}
      title={note === null ? undefined : `${name}: ${note}`}
      style={style}
      onClick={usable ? onPress : undefined}
      draggable={usable}
      onDragStart={({ dataTransfer }) => {
        putEntry(dataTransfer, { workspace, kind: folder ? 'folder' : 'file', path: entry.path });
      }}
      className={classes(
        line,
        'cursor-pointer rounded-control transition-colors hover:bg-hover',
        shown && 'bg-hover font-medium',
        marked && 'group-focus-visible/tree:ring-1 group-focus-visible/tree:ring-accent',
        entry.ignored ? 'text-ink-3' : 'text-ink',
        !usable && 'cursor-default text-ink-3',
      )}
    >
      <ChevronRight
        size={14}
        aria-hidden="true"
        className={classes('text-ink-3', !folder && 'invisible', open && 'rotate-90')}
      />
      <KindIcon kind={entry.kind} open={open} shown={shown} />
      <span dir="auto" className={classes('min-w-0 truncate', entry.ignored && 'italic')}>
        {name}
      </span>
    </div>
  );
}

function KindIcon({ kind, open, shown }: { kind: string; open: boolean; shown: boolean }) {
  const look = { size: 15, 'aria-hidden': true, className: shown ? 'text-accent' : 'text-ink-3' } as const;
  if (kind === 'folder') return open ? <FolderOpen {...look} /> : <Folder {...look} />;
  return kind === 'link' ? <FileSymlink {...look} /> : <File {...look} />;
}

function noteOf(entry: Extract<TreeRow, { kind: 'entry' }>['entry']): string | null {
  if (entry.kind === 'link') return 'a link, not followed';
  if (entry.kind === 'other') return 'no file';
  return entry.ignored ? 'left out of the index' : null;
}
