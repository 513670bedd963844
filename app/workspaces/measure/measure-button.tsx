'use client';

import { Gauge } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { fetchPart } from '#app/_client/part.ts';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { Button } from '#app/_ui/button.tsx';
import type { Workspace } from '#server/features/workspaces/contract.ts';

const MeasureDialog = dynamic(
  () => fetchPart(() => import('./measure-dialog.tsx')).then((module) => module.MeasureDialog),
  { ssr: false },
);

/** Opens the measurements of how well the index finds. */
export function MeasureButton({ workspace }: { workspace: Pick<Workspace, 'id' | 'name'> }) {
  const [open, setOpen] = useState(false);
  useShortcut('code.measure', () => setOpen(true));
  return (
    <>
      <Button icon={Gauge} onClick={() => setOpen(true)}>
        <span className="max-sm:sr-only">Measure index</span>
      </Button>
      {open && <MeasureDialog key={workspace.id} workspace={workspace} onClose={() => setOpen(false)} />}
    </>
  );
}
