import type { ReactNode } from 'react';
import { showName } from './show-name.ts';

interface FilePathProps {
  path: string;
  /** Stands after the name, e.g. a line. */
  children?: ReactNode;
}

/** A path for a row without wrapping: its folders give way where there is no room, its end says which file it is. */
export function FilePath({ path, children }: FilePathProps) {
  const shown = showName(path);
  const at = shown.lastIndexOf('/') + 1;
  return (
    <>
      {at > 0 && <span className="min-w-0 shrink-[1000] truncate">{shown.slice(0, at)}</span>}
      <span className="min-w-0 truncate">
        {shown.slice(at)}
        {children}
      </span>
    </>
  );
}
