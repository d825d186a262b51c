import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { t } from "../words";
import { Dialog } from "./Dialog";
import { sayWhatWentWrong } from "./notices";
import { whileSaving } from "./saving";

interface Props {
  title: string;
  /** The verb on the primary button. */
  verb: string;
  /** On the button while it works, where that takes longer than a moment. */
  underWay?: string;
  ready: boolean;
  /** It cannot be taken back. */
  danger?: boolean;
  /** What confirming does; a refusal is shown in the dialog, which stays open with all that was typed. */
  save: () => Promise<unknown>;
  onClose: () => void;
  children: ComponentChildren;
}

/** A few fields and one decision: Enter confirms, Escape leaves, a refusal is read where it was caused. */
export function FormDialog({ title, verb, underWay, ready, danger, save, onClose, children }: Props) {
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const form = useId();
  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    setWrong("");
    try {
      await whileSaving(save());
    } catch (error) {
      setWrong(sayWhatWentWrong(error));
    } finally {
      setBusy(false);
    }
  }
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <button type="button" onClick={onClose}>
            {t("action.cancel")}
          </button>
          <button type="submit" form={form} class={danger ? "danger" : "primary"} disabled={!ready || busy}>
            {busy ? (underWay ?? verb) : verb}
          </button>
        </>
      }
    >
      <form id={form} onSubmit={(event) => void submit(event)}>
        {children}
        {wrong && (
          <p class="wrong" role="alert">
            {wrong}
          </p>
        )}
      </form>
    </Dialog>
  );
}
