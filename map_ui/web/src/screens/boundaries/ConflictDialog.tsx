import { Dialog } from "../../shell/Dialog";
import { named, t } from "../../words";
import type { Conflict, OpenDraft } from "./draft";
import { zoomTo } from "./zoom";

/** A colleague was first: who, which grids, and what may be done with the operation that was refused. */
export function ConflictDialog({ open, conflict }: { open: OpenDraft; conflict: Conflict }) {
  const names = conflict.grids.map((code) => open.figures.value.find((f) => f.code === code)?.name ?? code);
  const look = () => {
    open.chosen.value = conflict.grids.filter((code) => open.figures.value.some((f) => f.code === code));
    zoomTo.value = { code: conflict.grids[0] ?? null };
    open.conflict.value = null;
  };
  return (
    <Dialog
      title={t("conflict.title")}
      onClose={() => void (open.conflict.value = null)}
      actions={
        <>
          <button type="button" onClick={() => void (open.conflict.value = null)}>
            {t("conflict.drop")}
          </button>
          <button type="button" onClick={look}>
            {t("conflict.look")}
          </button>
          <button type="button" class="primary" onClick={() => void open.repeat()}>
            {t("conflict.repeat")}
          </button>
        </>
      }
    >
      <p>
        {t("conflict.who", { who: conflict.by || t("conflict.somebody"), grids: names.join(t("list.and")) || "—" })}
      </p>
      <p>{t("conflict.yours", { operation: named("operation", conflict.wanted.kind) })}</p>
    </Dialog>
  );
}
