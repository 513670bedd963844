import { X } from 'lucide-react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { showName } from '../show-name.ts';
import { changeTerms } from './search-place.ts';

/** Says what the results are like. */
export function LikeNote({ path, line }: { path: string; line: number }) {
  return (
    <p className="mb-2 flex items-center gap-2 text-small">
      <span className="min-w-0 truncate">
        Like{' '}
        <span className="figures">
          {showName(path)}:{line}
        </span>
      </span>
      <IconButton
        icon={X}
        label="Back to the search"
        size="small"
        onClick={() => changeTerms({ like: null })}
      />
    </p>
  );
}
