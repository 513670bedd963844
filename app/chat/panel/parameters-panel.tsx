'use client';

import { setPreference, usePreferences } from '#app/_client/preferences.ts';
import { Switch } from '#app/_ui/switch.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { Parameters } from '#server/features/chat/contract.ts';
import type { ConversationChange } from '../chat-api.ts';
import { Card } from '#app/_ui/card.tsx';
import { ParameterField } from './parameter-field.tsx';
import { NUMBERS } from './parameter-list.ts';
import { StopField } from './stop-field.tsx';
import { SystemPromptField } from './system-prompt-field.tsx';

interface ParametersPanelProps {
  /** Another conversation, other fields. */
  id: string | null;
  systemPrompt: string;
  parameters: Parameters;
  onChange: (change: ConversationChange) => void;
}

/** System prompt and sampling of this conversation. What is not set follows the model's own defaults. */
export function ParametersPanel({ id, systemPrompt, parameters, onChange }: ParametersPanelProps) {
  const advanced = usePreferences((preferences) => preferences.advanced);
  const set = (key: keyof Parameters, value: Parameters[keyof Parameters] | null) => {
    const { [key]: _, ...rest } = parameters;
    onChange({ parameters: value === null ? rest : { ...rest, [key]: value } });
  };
  return (
    <>
      <Card title="System prompt">
        <SystemPromptField
          key={id}
          value={systemPrompt}
          onCommit={(system_prompt) => onChange({ system_prompt })}
        />
      </Card>
      <Card title="Sampling">
        {NUMBERS.filter((parameter) => advanced || !parameter.advanced).map((parameter) => (
          <ParameterField
            key={parameter.key}
            parameter={parameter}
            value={parameters[parameter.key] ?? null}
            onCommit={(value) => set(parameter.key, value)}
          />
        ))}
        {advanced ? (
          <StopField key={id} value={parameters.stop ?? []} onCommit={(stop) => set('stop', stop)} />
        ) : null}
        <div className="mt-3 flex items-center justify-between border-t border-line pt-2.5 text-small">
          <span>Advanced</span>
          <Switch
            label="Advanced"
            checked={advanced}
            onChange={(checked) => void setPreference('advanced', checked).catch(notifyError)}
          />
        </div>
      </Card>
    </>
  );
}
