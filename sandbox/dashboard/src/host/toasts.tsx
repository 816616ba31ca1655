// Short notes at the edge of the page.

import { useCallback, useState } from "react";

export interface ToastOptions {
  type?: "success" | "caution" | "pending";
  action?: string;
  onAction?: () => void;
}

interface Toast extends ToastOptions {
  id: number;
  message: string;
}

export type ShowToast = (
  message: string,
  options?: ToastOptions,
) => {
  update(message: string, options?: ToastOptions): void;
  dismiss(): void;
};

const LONGEST = 30;
const SHOWN_FOR = 5000;
let last = 0;

export function useToasts(): { toasts: Toast[]; showToast: ShowToast } {
  const [toasts, setToasts] = useState<Toast[]>([]);

  const showToast = useCallback<ShowToast>((message, options = {}) => {
    if (message.length === 0 || message.length > LONGEST) {
      // The real one shows nothing either.
      console.error(`showToast: a message has 1 to ${LONGEST} characters, this one ${message.length}`);
    }
    const id = ++last;
    const dismiss = () => setToasts((all) => all.filter((toast) => toast.id !== id));
    const put = (text: string, more: ToastOptions) =>
      setToasts((all) => [...all.filter((toast) => toast.id !== id), { ...more, id, message: text }]);
    if (message.length >= 1 && message.length <= LONGEST) {
      put(message, options);
      setTimeout(dismiss, SHOWN_FOR);
    }
    return { update: (text, more = {}) => put(text, more), dismiss };
  }, []);

  return { toasts, showToast };
}

export function Toasts({ toasts }: { toasts: Toast[] }) {
  return (
    <div className="toasts" role="status">
      {toasts.map(({ id, message, type, action, onAction }) => (
        <p key={id} className="toast" data-type={type}>
          {message}
          {action && (
            <button type="button" onClick={() => onAction?.()}>
              {action}
            </button>
          )}
        </p>
      ))}
    </div>
  );
}
