'use client';

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '#app/_ui/button.tsx';
import { CopyText } from '#app/_ui/copy-text.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { formatBytes, formatCount } from '#app/_ui/format.ts';
import { settingsApi } from './api.ts';
import { useDaemonState } from './notices.tsx';
import { Row, Section } from './section.tsx';

/** Where everything is kept, how large it is, and what ever left this machine. */
export function DaemonSection() {
  const { data, error } = useDaemonState();
  const [ledger, setLedger] = useState(false);
  if (error !== null) return <ErrorNote error={error} title="The daemon did not say how it is." />;
  if (data === undefined) return null;
  const { requests, bytes_out, bytes_in } = data.egress;
  return (
    <Section title="This machine">
      <Row label="Data folder" hint={<CopyText text={data.home} label="data folder" />} />
      <Row
        label="Database"
        hint={`Last backup: ${data.last_backup_at === null ? 'none yet' : when(data.last_backup_at)}`}
      >
        <span className="figures text-tiny">{formatBytes(data.database_bytes)}</span>
      </Row>
      <Row label="Free on the disk">
        <span className="figures text-tiny">{formatBytes(data.free_disk_bytes)}</span>
      </Row>
      <Row
        label="Left this machine"
        hint={
          requests === 0
            ? 'Nothing was ever sent to another machine.'
            : `${formatCount(requests)} requests, all asked for by you; ${formatBytes(bytes_in)} came back.`
        }
      >
        <span className={`figures text-tiny ${bytes_out === 0 ? 'text-good' : ''}`}>
          {formatBytes(bytes_out)}
        </span>
        {requests > 0 && (
          <Button size="small" aria-expanded={ledger} onClick={() => setLedger(!ledger)}>
            {ledger ? 'Hide' : 'Show each'}
          </Button>
        )}
      </Row>
      {ledger && <Ledger />}
      <Row label="Version">
        <span className="figures text-tiny">{data.version}</span>
      </Row>
    </Section>
  );
}

function Ledger() {
  const { data } = useQuery({
    queryKey: ['settings', 'egress'],
    queryFn: async () => (await settingsApi.egress.$get({ query: {} })).json(),
  });
  return (
    <ul className="figures max-h-72 overflow-y-auto border-b border-line px-4 py-2 text-tiny">
      {data?.entries.map((entry) => (
        <li key={entry.id} className="flex flex-wrap justify-between gap-x-3 py-0.5">
          <span className="min-w-0 break-all">
            {entry.method} {entry.host}
            {entry.path}
          </span>
          <span className="text-ink-3">
            {entry.purpose} · {entry.status ?? entry.outcome} · {formatBytes(entry.bytes_out)} out,{' '}
            {formatBytes(entry.bytes_in)} in · {when(entry.at)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function when(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
