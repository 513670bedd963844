'use client';

import type { LucideIcon } from 'lucide-react';
import { type ComponentType, createContext, type ReactNode, useContext } from 'react';

/** What a room may put into the frame or into another room's screen, by the name of the place. */
export interface SlotContributions {
  /** Above everything; renders nothing when there is nothing to say. */
  'frame.banner': { id: string; content: ComponentType };
  /** A button at the head of the sidebar and at the right of a phone's header; it runs the shortcut. */
  'sidebar.action': { shortcut: string; label: string; icon: LucideIcon };
  /** A screen in the navigation. */
  'sidebar.item': { href: string; label: string; icon: LucideIcon; shortcut?: string; drop?: DropOnScreen };
  /** Fills the sidebar below the navigation and scrolls by itself. */
  'sidebar.list': { id: string; content: ComponentType };
  'sidebar.footer': { id: string; content: ComponentType };
  /** A tab of the right panel on every screen that has one and no tab of the same id. */
  'panel.tab': { id: string; label: string; content: ComponentType };
  /** Above a screen's own cards, where it has a metrics tab. */
  'metrics.card': { id: string; content: ComponentType };
  'composer.action': { id: string; content: ComponentType<{ conversationId: string | null }> };
  'message.action': {
    id: string;
    content: ComponentType<{ conversationId: string; messageId: string; text: string }>;
  };
  /** A card of the settings screen. */
  'settings.section': { id: string; title: string; content: ComponentType };
}

/** What can be dropped on a screen's entry, by its type in the drag, and the address that it leads to. */
export interface DropOnScreen {
  type: string;
  address: (dropped: string) => string | null;
}

export type SlotName = keyof SlotContributions;

/** A room's browser half as app/features.ts lists it. Keep it light: every screen loads it first. */
export interface ScreenFeature {
  name: string;
  slots: { [Name in SlotName]?: SlotContributions[Name][] };
}

const Features = createContext<ScreenFeature[]>([]);

export function SlotProvider({ features, children }: { features: ScreenFeature[]; children: ReactNode }) {
  return <Features value={features}>{children}</Features>;
}

/** Everything contributed to a place, in the order of app/features.ts. */
export function useSlot<Name extends SlotName>(name: Name): SlotContributions[Name][] {
  return useContext(Features).flatMap((feature): SlotContributions[Name][] => feature.slots[name] ?? []);
}
