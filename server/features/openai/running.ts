import type { AppError } from '#server/kernel/errors.ts';
import type { Choices } from './choices.ts';

/** What is being answered, by the key it was asked with. */
export interface Running {
  /** Returns the removal. */
  add(keyId: string, choices: Choices): () => void;
  end(keyId: string, reason: AppError): void;
  endAll(reason: AppError): void;
}

export function createRunning(): Running {
  const running = new Set<{ keyId: string; choices: Choices }>();
  const endWhere = (reason: AppError, wanted: (keyId: string) => boolean) => {
    for (const { keyId, choices } of running) if (wanted(keyId)) choices.stop(reason);
  };
  return {
    add(keyId, choices) {
      const one = { keyId, choices };
      running.add(one);
      return () => void running.delete(one);
    },
    end: (keyId, reason) => endWhere(reason, (other) => other === keyId),
    endAll: (reason) => endWhere(reason, () => true),
  };
}
