'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { hc } from 'hono/client';
import { useId, useState } from 'react';
import { API, apiOptions } from '#app/_client/api.ts';
import { Select } from '#app/_ui/select.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { ModelsApi } from '#server/features/models/contract.ts';
import type { Workspace } from '#server/features/workspaces/contract.ts';
import { keys } from '../use-workspaces.ts';
import { type WorkspaceChange, workspacesApi } from '../workspaces-api.ts';
import { ProjectFileFacts } from './project-file-facts.tsx';

const models = hc<ModelsApi>(API, apiOptions).models;

/** What is set for one workspace here, and what its own file says. */
export function ProjectSettings({ workspace }: { workspace: Workspace }) {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: ['models'],
    queryFn: async () => (await models.$get({ query: {} })).json(),
  });
  const change = (change: WorkspaceChange) => {
    const known = client.getQueryData<Workspace[]>(keys.list);
    client.setQueryData<Workspace[]>(keys.list, (all) =>
      all?.map((one) => (one.id === workspace.id ? { ...one, ...change } : one)),
    );
    workspacesApi.change(workspace.id, change).catch((error: unknown) => {
      client.setQueryData(keys.list, known);
      notifyError(error);
    });
  };
  const { project } = workspace;
  const usable = (data?.models ?? []).filter((model) => model.usable);
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto p-4">
      <h2 className="text-heading font-semibold">Settings of this workspace</h2>
      <Name key={workspace.name} name={workspace.name} onChange={(name) => change({ name })} />
      <Field label="Model">
        <Select
          label="Model"
          value={workspace.model_id ?? ''}
          onChange={(id) => change({ model_id: id === '' ? null : id })}
          options={[
            {
              value: '',
              label:
                project.model === null ? 'As in every conversation' : `From the project: ${project.model}`,
            },
            ...usable.map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      </Field>
      <Field label="Code is added to questions">
        <Select
          label="Code is added to questions"
          value={workspace.auto_context === null ? '' : workspace.auto_context ? 'on' : 'off'}
          onChange={(value) => change({ auto_context: value === '' ? null : value === 'on' })}
          options={[
            { value: '', label: `From the project: ${project.auto_context === false ? 'off' : 'on'}` },
            { value: 'on', label: 'By itself, where it fits' },
            { value: 'off', label: 'Only what you point at' },
          ]}
        />
      </Field>
      <Persona
        key={workspace.id}
        persona={workspace.persona ?? ''}
        placeholder={project.persona ?? 'e.g. You know this code base well. Answer briefly.'}
        onChange={(persona) => change({ persona: persona === '' ? null : persona })}
      />
      <ProjectFileFacts project={project} path={workspace.path} />
    </div>
  );
}

function Field({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-1.5">
      <p className="text-small font-medium">{label}</p>
      {children}
    </div>
  );
}

function Name({ name, onChange }: { name: string; onChange: (name: string) => void }) {
  const [text, setText] = useState(name);
  const save = () => {
    if (text.trim() !== '' && text.trim() !== name) onChange(text.trim());
  };
  return (
    <TextField
      label="Name"
      value={text}
      maxLength={120}
      onChange={(event) => setText(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => event.key === 'Enter' && save()}
    />
  );
}

interface PersonaProps {
  persona: string;
  placeholder: string;
  onChange: (persona: string) => void;
}

function Persona({ persona, placeholder, onChange }: PersonaProps) {
  const id = useId();
  const [text, setText] = useState(persona);
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-small font-medium">
        Persona
      </label>
      <textarea
        id={id}
        rows={5}
        value={text}
        placeholder={placeholder}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => text.trim() !== persona && onChange(text.trim())}
        className="w-full resize-y rounded-control border border-line bg-surface px-2.5 py-2 text-small outline-none placeholder:text-ink-3 hover:border-line-strong focus:border-accent focus:ring-2 focus:ring-accent/20"
      />
      <p className="text-tiny text-ink-3">
        What the model is told about itself in conversations with this workspace.
      </p>
    </div>
  );
}
