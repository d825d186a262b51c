import { useState } from "preact/hooks";
import { send } from "../../api/client";
import { number, percent } from "../../format";
import { Progress } from "../../parts/parts";
import { complain } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { go, may, tab } from "../../store";
import { named, t } from "../../words";
import type { OpenDraft } from "./draft";
import { editable } from "./tools";
import { zoomTo } from "./zoom";

type Decision = "adopt" | "keep" | "sign_off";
interface Difference {
  /** Its stable name: the pair of grids and the place. */
  difference: string;
  kind: "real" | "sliver";
  ours: string | null;
  theirs: string | null;
  area_m2: number;
  buildings: number;
  weight: number;
  decision: Decision | null;
}
interface Report {
  grade: string;
  figures: Record<"same_share" | "moved_buildings" | "within_2m" | "within_5m" | "slivers", number | null>;
  differences: Difference[];
  signed_off: boolean;
}

function Figures({ report }: { report: Report }) {
  const { figures } = report;
  return (
    <>
      <p>
        <span class={`chip ${report.grade === "differs" ? "chip-caution" : "chip-now"}`}>
          {named("agreement.grade", report.grade)}
        </span>{" "}
        {report.signed_off && <span class="chip chip-now">{t("agreement.signed_off")}</span>}
      </p>
      <dl class="counts">
        <div>
          <dt>{t("agreement.residents")}</dt>
          <dd>{percent(figures.same_share)}</dd>
        </div>
        <div>
          <dt>{t("agreement.buildings")}</dt>
          <dd>{number(figures.moved_buildings)}</dd>
        </div>
        <div>
          <dt>{t("agreement.within", { m: 2 })}</dt>
          <dd>{percent(figures.within_2m)}</dd>
        </div>
        <div>
          <dt>{t("agreement.within", { m: 5 })}</dt>
          <dd>{percent(figures.within_5m)}</dd>
        </div>
      </dl>
    </>
  );
}

/** Our drawing against the city-operation platform's: figures first, then what a person has to decide. */
export function Agreement({ open }: { open: OpenDraft }) {
  const [report, setReport] = useState<Report | null>(null);
  const [busy, setBusy] = useState(false);
  const path = `/api/boundary-versions/${open.id}`;
  async function compare(): Promise<void> {
    setBusy(true);
    try {
      setReport(await send<Report>("POST", `${path}/agreement`));
    } catch (error) {
      complain(error);
    } finally {
      setBusy(false);
    }
  }
  async function decide(difference: string, decision: Decision): Promise<void> {
    setBusy(decision === "adopt");
    try {
      setReport(await whileSaving(send<Report>("POST", `${path}/decisions`, { difference, decision })));
      if (decision === "adopt") await open.reload();
    } catch (error) {
      complain(error);
    } finally {
      setBusy(false);
    }
  }
  const name = (code: string | null) => open.figures.value.find((f) => f.code === code)?.name ?? code ?? "—";
  const real = report?.differences.filter((d) => d.kind === "real") ?? [];
  const decides = may("boundaries.publish") && editable(open);
  return (
    <section class="agreement">
      <p class="quiet-text">{t("agreement.what")}</p>
      <div class="row">
        <button type="button" disabled={busy} onClick={() => void compare()}>
          {t("agreement.stored")}
        </button>
        {may("data.load") && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              go("register");
              tab.value = "import";
            }}
          >
            {t("agreement.load")}
          </button>
        )}
      </div>
      {busy && <Progress what={t("agreement.busy")} />}
      {report && (
        <>
          <Figures report={report} />
          <p class="quiet-text">{t("agreement.slivers", { n: number(report.figures.slivers) })}</p>
          {decides && !report.signed_off && (
            <div class="row">
              {(report.figures.slivers ?? 0) > 0 && (
                <button
                  type="button"
                  disabled={busy}
                  title={t("agreement.adopt_slivers.how")}
                  onClick={() => void decide("slivers", "adopt")}
                >
                  {t("agreement.adopt_slivers")}
                </button>
              )}
              {real.length > 0 && (
                <button
                  type="button"
                  disabled={busy}
                  title={t("agreement.adopt_all.how")}
                  onClick={() => void decide("*", "adopt")}
                >
                  {t("agreement.adopt_all")}
                </button>
              )}
              <button type="button" disabled={busy} onClick={() => void decide("*", "sign_off")}>
                {t("agreement.sign_off")}
              </button>
            </div>
          )}
          <ul class="list">
            {real.map((d) => (
              <li key={d.difference}>
                <button
                  type="button"
                  onClick={() => {
                    if (d.ours) open.chosen.value = [d.ours];
                    zoomTo.value = { code: d.ours };
                  }}
                >
                  {t("agreement.difference", {
                    ours: name(d.ours),
                    theirs: d.theirs ?? "—",
                    buildings: number(d.buildings),
                    residents: number(d.weight),
                  })}
                </button>
                {decides && (
                  <span class="row push">
                    {(["keep", "adopt"] as const).map((side) => (
                      <button
                        key={side}
                        type="button"
                        disabled={busy}
                        aria-pressed={d.decision === side}
                        onClick={() => void decide(d.difference, side)}
                      >
                        {t(`agreement.${side}`)}
                      </button>
                    ))}
                  </span>
                )}
              </li>
            ))}
            {!real.length && <li class="quiet-text">{t("agreement.none")}</li>}
          </ul>
        </>
      )}
    </section>
  );
}
