'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { DEFAULT_PREFERENCES, setPreference, usePreferences } from '#app/_client/preferences.ts';
import { Button } from '#app/_ui/button.tsx';
import { Segmented } from '#app/_ui/segmented.tsx';
import { Slider } from '#app/_ui/slider.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import { Row, Section } from './section.tsx';

/** Degrees of the accent in tokens of the look. */
const DEFAULT_HUE = 172;

export function AppearanceSection() {
  const { theme, accent } = usePreferences();
  return (
    <Section title="Appearance">
      <Row label="Theme">
        <Segmented
          label="Theme"
          value={theme}
          onChange={(value) => setPreference('theme', value).catch(notifyError)}
          options={[
            { value: 'system', label: 'System', icon: Monitor },
            { value: 'light', label: 'Light', icon: Sun },
            { value: 'dark', label: 'Dark', icon: Moon },
          ]}
        />
      </Row>
      <Row
        label="Accent"
        hint="Marks what is live, focused or chosen. Lightness stays, so that it can always be read."
      >
        <div className="flex w-full max-w-80 items-center gap-2">
          <span aria-hidden="true" className="size-4 shrink-0 rounded-full bg-accent" />
          <div className="min-w-0 flex-1">
            <Slider
              label="Hue of the accent, in degrees"
              min={0}
              max={360}
              step={1}
              value={accent ?? DEFAULT_HUE}
              onChange={(value) => usePreferences.setState({ accent: value })}
              onCommit={(value) => setPreference('accent', value).catch(notifyError)}
            />
          </div>
          <Button
            size="small"
            look="quiet"
            disabled={accent === null}
            onClick={() => setPreference('accent', DEFAULT_PREFERENCES.accent).catch(notifyError)}
          >
            Reset
          </Button>
        </div>
      </Row>
    </Section>
  );
}
