'use client';

import { formatCount } from '#app/_ui/format.ts';
import { Popover } from '#app/_ui/popover.tsx';
import { toApiError } from '#app/_client/api-error.ts';
import type { ContextFound, ContextPlace } from '#server/features/retrieval/context/contract.ts';
import { placeKey } from './asked.ts';
import { placeName } from './code-address.ts';

interface PreviewButtonProps {
  found: ContextFound | undefined;
  error: unknown;
  searching: boolean;
  leftOut: readonly ContextPlace[];
  onLeaveOut: (place: ContextPlace, isOut: boolean) => void;
}

/** `6 sources, 812 tokens`: what would go with the message. A press lists it, and takes pieces out. */
export function PreviewButton({ found, error, searching, leftOut, onLeaveOut }: PreviewButtonProps) {
  const out = new Set(leftOut.map(placeKey));
  return (
    <Popover
      title="What goes with this message"
      side="top"
      align="start"
      className="max-h-[min(420px,60vh)] w-[min(440px,calc(100vw-16px))] overflow-y-auto p-3"
      trigger={
        <button
          type="button"
          className="reach h-7 shrink-0 rounded-control px-2 text-tiny text-ink-2 transition-colors hover:bg-hover"
        >
          <span aria-live="polite">{label(found, error, searching)}</span>
        </button>
      }
    >
      <h3 className="mb-1 font-medium">What goes with this message</h3>
      <p className="mb-2 text-small text-ink-2 text-pretty">{explanation(found, error)}</p>
      <ul aria-label="Sources" className="flex flex-col">
        {linesOf(found, leftOut).map((source) => (
          <SourceLine
            key={placeKey(source)}
            source={source}
            isOut={out.has(placeKey(source))}
            onLeaveOut={onLeaveOut}
          />
        ))}
      </ul>
      {found === undefined || found.dropped.length === 0 ? null : (
        <p className="mt-2 border-t border-line pt-2 text-tiny text-ink-3">
          No room for {formatCount(found.dropped.length)} more:{' '}
          {found.dropped.slice(0, 5).map(placeName).join(', ')}
          {found.dropped.length > 5 ? ' and others' : ''}.
        </p>
      )}
    </Popover>
  );
}

type Line = ContextPlace & { tokens?: number; reason?: string };

/** What would go with it, and what was taken out, which keeps its place until the next search. */
function linesOf(found: ContextFound | undefined, leftOut: readonly ContextPlace[]): Line[] {
  const sources = found?.sources ?? [];
  const known = new Set(sources.map(placeKey));
  return [...sources, ...leftOut.filter((place) => !known.has(placeKey(place)))];
}

interface SourceLineProps {
  source: Line;
  isOut: boolean;
  onLeaveOut: PreviewButtonProps['onLeaveOut'];
}

function SourceLine({ source, isOut, onLeaveOut }: SourceLineProps) {
  const { path, line, end_line, tokens, reason } = source;
  return (
    <li>
      <label className="flex min-h-8 items-center gap-2 text-small pointer-coarse:min-h-11">
        <input
          type="checkbox"
          checked={!isOut}
          onChange={() => onLeaveOut({ path, line, end_line }, !isOut)}
          className="accent-accent"
        />
        <span
          className={
            isOut
              ? 'min-w-0 truncate font-mono text-tiny text-ink-3 line-through'
              : 'min-w-0 truncate font-mono text-tiny'
          }
        >
          {placeName(source)}
        </span>
        <span className="ml-auto shrink-0 text-tiny text-ink-3">
          {isOut ? 'left out' : `${reason ?? ''} · ${formatCount(tokens ?? 0)}`}
        </span>
      </label>
    </li>
  );
}

function label(found: ContextFound | undefined, error: unknown, searching: boolean): string {
  if (error !== null && error !== undefined) return 'no sources';
  if (found === undefined) return searching ? 'searching' : 'no sources';
  if (found.sources.length === 0) return found.nothing_found ? 'nothing relevant found' : 'no sources';
  const count = found.sources.length;
  return `${formatCount(count)} ${count === 1 ? 'source' : 'sources'}, ${formatCount(found.tokens)} tokens`;
}

function explanation(found: ContextFound | undefined, error: unknown): string {
  if (error !== null && error !== undefined) return toApiError(error).message;
  if (found === undefined) return 'It is being looked for.';
  const note = found.note === null ? '' : ` ${found.note}`;
  if (found.sources.length === 0)
    return (found.nothing_found ? 'Nothing relevant was found in the folder.' : 'Nothing.') + note;
  const how = found.method === null ? '' : ` Searched by ${found.method}.`;
  return `${formatCount(found.tokens)} tokens of the folder.${how}${note}`;
}
