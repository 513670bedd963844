'use client';

import { RefreshCw, Search, Waypoints } from 'lucide-react';
import { useState } from 'react';
import { Screen } from '#app/_shell/screen.tsx';
import { Button } from '#app/_ui/button.tsx';
import { EmptyState } from '#app/_ui/empty-state.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { formatCount } from '#app/_ui/format.ts';
import { TextField } from '#app/_ui/text-field.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { ConversationMap } from '#server/features/retrieval/conversations/contract.ts';
import { useWanted } from './everything/wanted.ts';
import { ConversationGroups } from './map/conversation-groups.tsx';
import { MapPicture } from './map/map-picture.tsx';
import { NearDuplicates } from './map/near-duplicates.tsx';
import { useMap } from './map/use-map.ts';

/** All conversations on a plane: near each other what is about the same. */
export function MapScreen() {
  const { map, error, draw } = useMap();
  const [named, setNamed] = useState('');
  return (
    <Screen
      name="Map"
      actions={
        <>
          <Button
            icon={Search}
            size="small"
            onClick={() => useWanted.setState({ wanted: { kind: 'search' } })}
          >
            Search all messages
          </Button>
          <Button
            icon={RefreshCw}
            size="small"
            disabled={map?.status === 'running'}
            onClick={() => void draw().catch(notifyError)}
          >
            Draw again
          </Button>
        </>
      }
    >
      {error !== null && <ErrorNote error={error} title="The map could not be read." />}
      {map !== undefined && map.points.length === 0 ? (
        <NothingDrawn map={map} />
      ) : (
        <div className="flex min-h-0 flex-1 flex-col md:flex-row">
          <div className="flex min-h-[320px] min-w-0 flex-1 flex-col">
            <MapPicture points={map?.points ?? []} clusters={map?.clusters ?? []} named={named} />
            <p role="status" className="border-t border-line px-4 py-2 text-tiny text-ink-3">
              {map === undefined ? 'Reading the map' : said(map)}
            </p>
          </div>
          <div className="flex min-h-0 flex-col gap-4 overflow-y-auto border-line p-4 max-md:border-t md:w-80 md:border-l">
            <TextField
              label="Find a conversation by its title"
              hideLabel
              placeholder="Find a title"
              value={named}
              onChange={(event) => setNamed(event.target.value)}
            />
            <ConversationGroups points={map?.points ?? []} clusters={map?.clusters ?? []} named={named} />
            <NearDuplicates madeAt={map?.made_at ?? null} />
          </div>
        </div>
      )}
    </Screen>
  );
}

function NothingDrawn({ map: { status, error } }: { map: ConversationMap }) {
  if (status === 'running') {
    return (
      <EmptyState icon={Waypoints} title="The map is being drawn">
        With thousands of conversations this takes some seconds; it appears here by itself.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon={Waypoints} title="There is nothing to draw yet">
      {error ?? 'Once there are two conversations, they are placed here by what they are about.'}
    </EmptyState>
  );
}

function said({
  status,
  method,
  points,
  left_out: leftOut,
  made_at: madeAt,
  error,
}: ConversationMap): string {
  if (status === 'failed') return error ?? 'The map could not be drawn.';
  const how = method === 'words' ? 'by their words' : 'by their meaning (vectors)';
  const drawing = status === 'running' ? ' It is being drawn again.' : '';
  const older = leftOut > 0 ? ` ${formatCount(leftOut)} ${leftOut === 1 ? 'is' : 'are'} not on it.` : '';
  const when =
    madeAt === null
      ? ''
      : ` Drawn ${new Date(madeAt).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' })}.`;
  return `${formatCount(points.length)} conversations, placed ${how}.${older}${when}${drawing}`;
}
