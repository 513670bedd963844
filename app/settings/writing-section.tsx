'use client';

import { setPreference, usePreferences } from '#app/_client/preferences.ts';
import { Switch } from '#app/_ui/switch.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import { Row, Section } from './section.tsx';

export function WritingSection() {
  const { enterSends, advanced } = usePreferences();
  return (
    <Section title="Writing">
      <Row
        label="Enter sends"
        hint={
          enterSends
            ? 'Shift+Enter starts a new line.'
            : 'Enter starts a new line; Ctrl+Enter or Cmd+Enter sends.'
        }
      >
        <Switch
          label="Enter sends"
          checked={enterSends}
          onChange={(checked) => setPreference('enterSends', checked).catch(notifyError)}
        />
      </Row>
      <Row label="Advanced" hint="Shows every sampling parameter and figure, not only the everyday ones.">
        <Switch
          label="Advanced"
          checked={advanced}
          onChange={(checked) => setPreference('advanced', checked).catch(notifyError)}
        />
      </Row>
    </Section>
  );
}
