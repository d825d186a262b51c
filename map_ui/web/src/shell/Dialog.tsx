import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../words";

interface Props {
  title: string;
  children: ComponentChildren;
  /** Buttons, the primary one last. */
  actions?: ComponentChildren;
  onClose?: () => void;
  wide?: boolean;
}

/** A modal dialog: the browser keeps the focus inside, Escape closes it where closing is allowed. */
export function Dialog({ title, children, actions, onClose, wide }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={wide ? "wide" : ""}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
    >
      <header>
        <h2>{title}</h2>
        {onClose && (
          <button type="button" class="quiet icon" aria-label={t("action.close")} onClick={onClose}>
            ×
          </button>
        )}
      </header>
      <div class="dialog-body">{children}</div>
      {actions && <footer>{actions}</footer>}
    </dialog>
  );
}
