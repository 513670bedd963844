'use client';

import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';

export interface Tab {
  id: string;
  label: string;
  content: ReactNode;
}

interface TabsProps {
  label: string;
  tabs: Tab[];
  value: string;
  onChange: (id: string) => void;
  /** At the end of the row of tabs. */
  end?: ReactNode;
}

/** A row of tabs over one open panel that scrolls by itself. */
export function Tabs({ label, tabs, value, onChange, end }: TabsProps) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => onChange(String(next))}
      className="flex min-h-0 flex-1 flex-col"
    >
      <div className="flex h-[45px] shrink-0 items-center pr-3">
        <Base.List
          aria-label={label}
          className="flex h-full min-w-0 flex-1 items-center gap-0.5 overflow-x-auto pl-3"
        >
          {tabs.map((tab) => (
            <Base.Tab
              key={tab.id}
              value={tab.id}
              className="reach h-7 shrink-0 rounded-control px-2 text-small whitespace-nowrap text-ink-3 transition-colors hover:text-ink data-[active]:bg-hover data-[active]:font-medium data-[active]:text-ink"
            >
              {tab.label}
            </Base.Tab>
          ))}
        </Base.List>
        {end}
      </div>
      {tabs.map((tab) => (
        <Base.Panel
          key={tab.id}
          value={tab.id}
          className="min-h-0 flex-1 overflow-y-auto px-3 pb-4 outline-none"
        >
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
