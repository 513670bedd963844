'use client';

import { Pin, PinOff } from 'lucide-react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import { usePin } from './queries.ts';

interface PinButtonProps {
  modelId: string;
  name: string;
  pinned: boolean;
}

/** Keeps a model in memory once it is loaded, or lets it go again. */
export function PinButton({ modelId, name, pinned }: PinButtonProps) {
  const pin = usePin();
  return (
    <IconButton
      icon={pinned ? PinOff : Pin}
      size="small"
      label={pinned ? `Unpin ${name}` : `Pin ${name}: it stays in memory once it is loaded`}
      aria-pressed={pinned}
      active={pinned}
      disabled={pin.isPending}
      onClick={() => pin.mutate({ model_id: modelId, pinned: !pinned }, { onError: notifyError })}
    />
  );
}
