import { toast } from 'sonner';
import { toApiError } from '#app/_client/api-error.ts';

interface NotifyOptions {
  description?: string;
  /** Undo or a next step. */
  action?: { label: string; run: () => void };
  /** Milliseconds; 8000 with an action, else 4000. */
  duration?: number;
}

/** A sentence at the corner that leaves by itself. */
export function notify(message: string, { description, action, duration }: NotifyOptions = {}): void {
  toast(message, {
    description,
    duration: duration ?? (action === undefined ? 4000 : 8000),
    action: action && { label: action.label, onClick: action.run },
  });
}

/** For failures without a place of their own on the screen. Stays until it is closed. */
export function notifyError(error: unknown): void {
  const { message, logId } = toApiError(error);
  toast.error(message, {
    description: logId === undefined ? undefined : `Log id ${logId}`,
    duration: Number.POSITIVE_INFINITY,
    action:
      logId === undefined
        ? undefined
        : { label: 'Copy id', onClick: () => void navigator.clipboard.writeText(logId) },
  });
}
