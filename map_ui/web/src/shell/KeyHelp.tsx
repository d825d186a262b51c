import { signal } from "@preact/signals";
import { t } from "../words";
import { Dialog } from "./Dialog";
import { keyCap, shortcuts } from "./keys";

export const keyHelpOpen = signal(false);

export function KeyHelp() {
  if (!keyHelpOpen.value) return null;
  const seen = new Set<string>();
  const shown = shortcuts.value.filter((s) => !seen.has(s.keys) && seen.add(s.keys));
  return (
    <Dialog title={t("shell.keys")} onClose={() => void (keyHelpOpen.value = false)}>
      <dl class="keys">
        {shown.map((s) => [
          <dt key={s.keys}>
            <kbd>{keyCap(s.keys)}</kbd>
          </dt>,
          <dd>{t(s.label)}</dd>,
        ])}
      </dl>
      <p class="quiet-text">{t("shell.keys.map")}</p>
      <p class="quiet-text">{t("shell.keys.table")}</p>
    </Dialog>
  );
}
