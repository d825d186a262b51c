import { useState } from "preact/hooks";
import { Dialog } from "../../shell/Dialog";
import { town } from "../../store";
import { nameOf, t } from "../../words";
import type { OpenDraft } from "./draft";

/** Divide or repair a whole committee: said what it does before it is done; it can be undone like the rest. */
export function CommitteeActions({ open, committee }: { open: OpenDraft; committee: string }) {
  const [asking, setAsking] = useState<"divide_committee" | "repair_committee" | null>(null);
  const found = town.value?.committees.find((c) => c.code === committee);
  const name = found ? nameOf(found) : committee;
  const run = () => {
    if (asking) void open.run(asking, { committee, target: open.draft.value.target ?? 1500 });
    setAsking(null);
  };
  return (
    <div class="row">
      <button type="button" onClick={() => setAsking("repair_committee")}>
        {t("operation.repair_committee")}
      </button>
      <button type="button" onClick={() => setAsking("divide_committee")}>
        {t("operation.divide_committee")}
      </button>
      {asking && (
        <Dialog
          title={t(`operation.${asking}`)}
          onClose={() => setAsking(null)}
          actions={
            <>
              <button type="button" onClick={() => setAsking(null)}>
                {t("action.cancel")}
              </button>
              <button type="button" class="primary" onClick={run}>
                {t(`operation.${asking}`)}
              </button>
            </>
          }
        >
          <p>
            {t(`operation.${asking}.what`, {
              name,
              n: open.figures.value.filter((f) => f.committee_code === committee).length,
            })}
          </p>
        </Dialog>
      )}
    </div>
  );
}
