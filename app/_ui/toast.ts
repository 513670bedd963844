import type { toast } from 'sonner';
import { create } from 'zustand';
import { toApiError } from '#app/_client/api-error.ts';

interface NotifyOptions {
  description?: string;
  /** Undo or a next step. */
  action?: { label: string; run: () => void };
  /** Milliseconds; 8000 with an action, else 4000. */
  duration?: number;
}

/** Set by the first notice: the shell then mounts the toaster, which is not part of the first load. */
export const useToasterWanted = create<{ wanted: boolean }>(() => ({ wanted: false }));

/** A sentence at the corner that leaves by itself. */
export function notify(message: string, { description, action, duration }: NotifyOptions = {}): void {
  void show((speak) =>
    speak(message, {
      description,
      duration: duration ?? (action === undefined ? 4000 : 8000),
      action: action && { label: action.label, onClick: action.run },
    }),
  );
}

/** For failures without a place of their own on the screen. Stays until it is closed. */
export function notifyError(error: unknown): void {
  const { message, logId } = toApiError(error);
  const copy = (id: string) => ({ label: 'Copy id', onClick: () => void navigator.clipboard.writeText(id) });
  void show((speak) =>
    speak.error(message, {
      description: logId === undefined ? undefined : `Log id ${logId}`,
      duration: Number.POSITIVE_INFINITY,
      action: logId === undefined ? undefined : copy(logId),
    }),
  );
}

async function show(run: (speak: typeof toast) => void): Promise<void> {
  useToasterWanted.setState({ wanted: true });
  run((await import('sonner')).toast);
}
