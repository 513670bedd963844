'use client';

import { Waypoints } from 'lucide-react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { useWanted } from './wanted.ts';

/** Under an answer: what was said like it, in any conversation. */
export function SimilarMessages({ messageId }: { messageId: string }) {
  return (
    <IconButton
      icon={Waypoints}
      size="small"
      label="Similar messages"
      onClick={() => useWanted.setState({ wanted: { kind: 'similar', messageId } })}
    />
  );
}
