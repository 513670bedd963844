'use client';

import { CopyPlus, Trash2 } from 'lucide-react';
import { useId } from 'react';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { TextField } from '#app/_ui/text-field.tsx';
import { settingsWords } from '../contestant-name.ts';
import { contestantColor } from '../letter-mark.tsx';
import { ContestantParametersFields } from './contestant-parameters.tsx';
import type { Draft } from './contestant-drafts.ts';
import { ModelChoice } from './model-choice.tsx';

interface ContestantFormProps {
  index: number;
  draft: Draft;
  /** Why this one cannot take part, in a sentence. */
  problem: string | null;
  onChange: (draft: Draft) => void;
  /** Absent where there is no room for another. */
  onDuplicate: (() => void) | undefined;
  onRemove: (() => void) | undefined;
}

/** Who answers: a model, how it is sampled, and what it is told first. */
export function ContestantForm(props: ContestantFormProps) {
  const { index, draft, problem, onChange, onDuplicate, onRemove } = props;
  const id = useId();
  const name = `contestant ${index + 1}`;
  const settings = settingsWords(draft);
  return (
    <li className="rounded-card border border-line bg-surface px-3 py-2.5">
      <div className="flex items-center gap-2">
        <span
          aria-hidden="true"
          style={{ background: contestantColor(index) }}
          className="size-2 shrink-0 rounded-full"
        />
        <span className="figures w-3 text-tiny text-ink-3">{index + 1}</span>
        <ModelChoice
          label={`Model of ${name}`}
          modelId={draft.model_id}
          onChoose={(model_id) => onChange({ ...draft, model_id })}
        />
        <IconButton
          icon={CopyPlus}
          size="small"
          label={`Duplicate ${name}`}
          disabled={onDuplicate === undefined}
          onClick={onDuplicate}
        />
        <IconButton
          icon={Trash2}
          size="small"
          label={`Remove ${name}`}
          disabled={onRemove === undefined}
          onClick={onRemove}
        />
      </div>
      <details className="mt-1.5 pl-7" open={draft.open}>
        <summary
          className="text-tiny text-ink-2"
          onClick={(event) => {
            event.preventDefault();
            onChange({ ...draft, open: !draft.open });
          }}
        >
          {settings === '' ? 'The model’s own settings' : settings}
        </summary>
        <div className="mt-2 flex flex-col gap-3 pb-1">
          <ContestantParametersFields
            of={name}
            value={draft.parameters}
            onChange={(parameters) => onChange({ ...draft, parameters })}
          />
          <div>
            <label htmlFor={id} className="font-medium">
              System prompt of {name}
            </label>
            <textarea
              id={id}
              rows={2}
              value={draft.system_prompt}
              placeholder="The model's own"
              onChange={(event) => onChange({ ...draft, system_prompt: event.target.value })}
              className="mt-1 block max-h-64 w-full resize-y rounded-control border border-line bg-surface px-2.5 py-1.5 outline-none [field-sizing:content] placeholder:text-ink-3 hover:border-line-strong focus:border-accent focus:ring-2 focus:ring-accent/20"
            />
          </div>
          <TextField
            label={`Label of ${name}`}
            value={draft.label}
            maxLength={80}
            placeholder="Shown instead of the model's name"
            onChange={(event) => onChange({ ...draft, label: event.target.value })}
          />
        </div>
      </details>
      {problem === null ? null : (
        <p role="alert" className="mt-1.5 pl-7 text-tiny text-bad">
          {problem}
        </p>
      )}
    </li>
  );
}
