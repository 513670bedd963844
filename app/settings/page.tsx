'use client';

import { Screen } from '#app/_shell/screen.tsx';
import { useSlot } from '#app/_shell/slots.tsx';
import { AppearanceSection } from './appearance-section.tsx';
import { ConversationsSection } from './conversations-section.tsx';
import { DaemonSection } from './daemon-section.tsx';
import { KeyboardSection } from './keyboard-section.tsx';
import { Section } from './section.tsx';
import { SignInSection } from './sign-in-section.tsx';
import { WritingSection } from './writing-section.tsx';

export default function SettingsPage() {
  const added = useSlot('settings.section');
  return (
    <Screen name="Settings">
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto flex w-full max-w-2xl flex-col gap-6 px-3 py-5 md:px-5">
          <AppearanceSection />
          <WritingSection />
          {added.map(({ id, title, content: Content }) => (
            <Section key={id} title={title}>
              <Content />
            </Section>
          ))}
          <KeyboardSection />
          <ConversationsSection />
          <SignInSection />
          <DaemonSection />
        </div>
      </div>
    </Screen>
  );
}
