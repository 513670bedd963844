'use client';

import type { LucideIcon } from 'lucide-react';
import type { ComponentProps } from 'react';
import { ariaKeys } from '#app/_shell/keys.ts';
import { useIsMac, useKeys } from '#app/_shell/shortcuts.ts';
import { classes } from './classes.ts';
import { Tooltip } from './tooltip.tsx';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'aria-label'> {
  icon: LucideIcon;
  /** Its name, read out and shown in the tooltip. */
  label: string;
  /** Id in the shortcut list: its key is shown beside the name. It does not run it. */
  shortcut?: string | undefined;
  /** Pressed or chosen. */
  active?: boolean;
  size?: 'medium' | 'small';
}

/** A button that is an icon: at least 28 px, 44 px to a finger, named, with its key in the tooltip. */
export function IconButton({
  icon: Icon,
  label,
  shortcut,
  active = false,
  size = 'medium',
  className,
  ...rest
}: IconButtonProps) {
  const keys = useKeys(shortcut);
  const mac = useIsMac();
  return (
    <Tooltip text={label} keys={keys}>
      <button
        type="button"
        aria-label={label}
        aria-keyshortcuts={keys === undefined ? undefined : ariaKeys(keys, mac)}
        className={classes(
          'reach inline-flex shrink-0 items-center justify-center rounded-control text-ink-2 transition-colors hover:bg-hover hover:text-ink disabled:pointer-events-none disabled:opacity-45',
          size === 'medium' ? 'size-8' : 'size-7',
          active && 'bg-hover text-ink',
          className,
        )}
        {...rest}
      >
        <Icon size={size === 'medium' ? 17 : 15} aria-hidden="true" />
      </button>
    </Tooltip>
  );
}
