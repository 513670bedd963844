import { cloneElement, type ReactElement } from 'react';

interface TooltipProps {
  /** Words; a line break starts another line. */
  text: string;
  /** As in the shortcut list. */
  keys?: string | undefined;
  /** One element of the page, or a component that passes its attributes on. */
  children: ReactElement<Record<string, unknown>>;
}

/**
 * Says in a few words what its child is or does. Only attributes: one layer shows them all, so hundreds cost nothing.
 * The child needs a name of its own; a tooltip is not read out.
 */
export function Tooltip({ text, keys, children }: TooltipProps) {
  return cloneElement(children, { 'data-tip': text, 'data-tip-keys': keys });
}
