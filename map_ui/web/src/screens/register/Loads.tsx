import { useEffect, useState } from "preact/hooks";
import { readLoads, undoLoad } from "../../api/endpoints";
import type { Load } from "../../api/types";
import { number, timeText } from "../../format";
import { forgetSources } from "../../map/sources";
import { LineTable } from "../../parts/LineTable";
import { Trouble } from "../../parts/parts";
import { Dialog } from "../../shell/Dialog";
import { complain, tell } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { may } from "../../store";
import { named, t } from "../../words";
import { forgetFigures } from "../overview/data";

export function Loads() {
  const [loads, setLoads] = useState<Load[] | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const [asking, setAsking] = useState<Load | null>(null);
  const read = () => {
    readLoads().then(setLoads, setWrong);
  };
  useEffect(read, []);
  async function undo(load: Load): Promise<void> {
    setAsking(null);
    try {
      await whileSaving(undoLoad(load.id));
      tell(t("data.undone", { file: load.file_name }));
      forgetFigures();
      forgetSources();
      read();
    } catch (error) {
      complain(error);
    }
  }
  if (wrong)
    return (
      <Trouble
        error={wrong}
        again={() => {
          setWrong(null);
          read();
        }}
      />
    );
  if (!loads)
    return (
      <div class="skeleton" aria-busy="true">
        {t("data.loads.reading")}
      </div>
    );
  if (!loads.length) return <p class="empty">{t("data.loads.none")}</p>;
  return (
    <>
      <LineTable
        heads={[
          "data.when",
          "data.kind",
          "data.file",
          "data.by",
          { figures: "data.count.rows" },
          { figures: "data.count.added" },
          { figures: "data.count.changed" },
          { figures: "data.count.closed" },
          { figures: "data.count.problems" },
        ]}
        acts="action.undo"
      >
        {loads.map((l) => (
          <tr key={l.id} class={l.state === "undone" ? "quiet-text" : ""}>
            <td>{timeText(l.loaded_at, true)}</td>
            <td>{named("kind", l.kind)}</td>
            <td>{l.file_name}</td>
            <td>{l.loaded_by}</td>
            {["read", "added", "changed", "closed", "rejected"].map((key) => (
              <td key={key} class="right">
                {number(l.counts[key])}
              </td>
            ))}
            <td class="right">
              {l.state === "undone" ? (
                t("data.state.undone")
              ) : l.can_undo && may("data.load") ? (
                <button type="button" onClick={() => setAsking(l)}>
                  {t("action.undo")}
                </button>
              ) : null}
            </td>
          </tr>
        ))}
      </LineTable>
      {asking && (
        <Dialog
          title={t("data.undo.title", { file: asking.file_name })}
          onClose={() => setAsking(null)}
          actions={
            <>
              <button type="button" onClick={() => setAsking(null)}>
                {t("action.cancel")}
              </button>
              <button type="button" class="danger" onClick={() => void undo(asking)}>
                {t("action.undo")}
              </button>
            </>
          }
        >
          <p>
            {t("data.undo.what", { added: number(asking.counts["added"]), changed: number(asking.counts["changed"]) })}
          </p>
        </Dialog>
      )}
    </>
  );
}
