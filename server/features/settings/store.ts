import { desc, eq, isNull } from 'drizzle-orm';
import { ulid } from 'ulid';
import type { Database } from '#db/client.ts';
import { notices, preferences } from '#db/schema/kernel.ts';
import { type Notice, Preferences } from './contract.ts';

export function createSettingsStore({ user }: Database) {
  return {
    /** Rows that a later or earlier version wrote and this one cannot read are left out. */
    preferences(): Preferences {
      const found: Preferences = {};
      for (const { key, value } of user.select().from(preferences).all()) {
        const parsed = Preferences.safeParse({ [key]: value });
        if (parsed.success) Object.assign(found, parsed.data);
      }
      return found;
    },
    /** Null forgets a preference, so that the screen's own default holds again. */
    change(values: Preferences): void {
      const updatedAt = Date.now();
      user.transaction((transaction) => {
        for (const [key, value] of Object.entries(values)) {
          if (value === null) transaction.delete(preferences).where(eq(preferences.key, key)).run();
          if (value === null || value === undefined) continue;
          transaction
            .insert(preferences)
            .values({ key, value, updatedAt })
            .onConflictDoUpdate({ target: preferences.key, set: { value, updatedAt } })
            .run();
        }
      });
    },
    /** Not dismissed yet, newest first. */
    notices: (): Notice[] =>
      user
        .select()
        .from(notices)
        .where(isNull(notices.dismissedAt))
        .orderBy(desc(notices.id))
        .limit(50)
        .all()
        .map(({ id, kind, message, createdAt }) => ({ id, kind, message, created_at: createdAt })),
    addNotice: (kind: Notice['kind'], message: string) =>
      user.insert(notices).values({ id: ulid(), kind, message, createdAt: Date.now() }).run(),
    /** Whether there was such a notice. */
    dismiss: (id: string): boolean =>
      user.update(notices).set({ dismissedAt: Date.now() }).where(eq(notices.id, id)).run().changes > 0,
  };
}
