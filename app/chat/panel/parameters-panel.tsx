'use client';

import { setPreference, usePreferences } from '#app/_client/preferences.ts';
import { Card } from '#app/_ui/card.tsx';
import { Segmented } from '#app/_ui/segmented.tsx';
import { Switch } from '#app/_ui/switch.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { Parameters } from '#server/features/chat/contract.ts';
import type { ConversationChange } from '../chat-api.ts';
import { ConstraintFields } from './constraint-fields.tsx';
import { LogitBiasField } from './logit-bias-field.tsx';
import { ParameterField } from './parameter-field.tsx';
import { NUMBERS } from './parameter-list.ts';
import { StopField } from './stop-field.tsx';
import { SystemPromptField } from './system-prompt-field.tsx';

/** A parameter with which the last answer could not be given, and why. */
export interface RefusedParameter {
  name: string;
  message: string;
}

interface ParametersPanelProps {
  /** Another conversation, other fields. */
  id: string | null;
  systemPrompt: string;
  parameters: Parameters;
  /** The model marks its reasoning, so that it can be asked for or not. */
  canThink: boolean;
  refused: RefusedParameter | null;
  /** Resolves with what is wrong with the change, in a sentence, or null when it is in force. */
  onChange: (change: ConversationChange) => Promise<string | null>;
}

/** System prompt, form and sampling of this conversation. What is not set follows the model's own defaults. */
export function ParametersPanel(props: ParametersPanelProps) {
  const { id, systemPrompt, parameters, canThink, refused, onChange } = props;
  const advanced = usePreferences((preferences) => preferences.advanced);
  const set = <Key extends keyof Parameters>(key: Key, value: Parameters[Key] | null) => {
    const { [key]: _, ...rest } = parameters;
    return onChange({ parameters: value === null ? rest : { ...rest, [key]: value } });
  };
  const say = (outcome: Promise<string | null>) =>
    void outcome.then((problem) => problem !== null && notifyError(new Error(problem)));
  const problemOf = (key: string) => (refused?.name === key ? refused.message : null);
  return (
    <>
      <Card title="System prompt">
        <SystemPromptField
          key={id}
          value={systemPrompt}
          onCommit={(system_prompt) => say(onChange({ system_prompt }))}
        />
      </Card>
      {canThink ? (
        <Card title="Thinking">
          <div className="mt-1.5">
            <Segmented
              label="Thinking"
              value={parameters.thinking ?? 'auto'}
              options={THINKING}
              onChange={(value) => say(set('thinking', value === 'auto' ? null : value))}
            />
          </div>
          <p className="mt-1 text-tiny text-ink-3 text-pretty">
            Whether the model thinks before it answers; its own habit unless you choose.
          </p>
        </Card>
      ) : null}
      {advanced ? (
        <Card title="Answers must match">
          <ConstraintFields
            key={id}
            value={parameters.constraint ?? null}
            problem={problemOf('constraint')}
            onCommit={(constraint) => set('constraint', constraint)}
          />
        </Card>
      ) : null}
      <Card title="Sampling">
        {NUMBERS.filter((parameter) => advanced || !parameter.advanced).map((parameter) => (
          <ParameterField
            key={parameter.key}
            parameter={parameter}
            value={parameters[parameter.key] ?? null}
            problem={problemOf(parameter.key)}
            onCommit={(value) => say(set(parameter.key, value))}
          />
        ))}
        {advanced ? (
          <>
            <StopField key={id} value={parameters.stop ?? []} onCommit={(stop) => say(set('stop', stop))} />
            <LogitBiasField
              key={`bias ${id}`}
              value={parameters.logit_bias ?? {}}
              problem={problemOf('logit_bias')}
              onCommit={(bias) => set('logit_bias', bias)}
            />
            <SwitchRow
              label="Guess ahead"
              checked={parameters.speculation !== 'off'}
              onChange={(on) => say(set('speculation', on ? null : 'off'))}
            />
          </>
        ) : null}
        <SwitchRow
          label="Advanced"
          checked={advanced}
          onChange={(checked) => void setPreference('advanced', checked).catch(notifyError)}
        />
      </Card>
    </>
  );
}

const THINKING = [
  { value: 'auto' as const, label: 'Auto' },
  { value: 'on' as const, label: 'On' },
  { value: 'off' as const, label: 'Off' },
];

interface SwitchRowProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

function SwitchRow({ label, checked, onChange }: SwitchRowProps) {
  return (
    <div className="mt-3 flex items-center justify-between border-t border-line pt-2.5 text-small">
      <span>{label}</span>
      <Switch label={label} checked={checked} onChange={onChange} />
    </div>
  );
}
