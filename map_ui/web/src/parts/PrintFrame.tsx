import { monthText, timeText } from "../format";
import { month, shownVersion, town } from "../store";
import { nameOf, t } from "../words";

/** Title and footer of a printed sheet; on the screen they are not seen. */
export function PrintTitle({ title }: { title: string }) {
  const place = town.value ? nameOf(town.value.subdistrict) : "";
  return (
    <div class="print-title" aria-hidden="true">
      <b>{t("print.title", { place, what: title })}</b>
      <span>
        {monthText(month.value)}
        {shownVersion.value ? ` · ${nameOf(shownVersion.value)}` : ""}
      </span>
    </div>
  );
}

export function PrintFoot() {
  return (
    <div class="print-foot" aria-hidden="true">
      <span>{t("print.source", { version: shownVersion.value ? nameOf(shownVersion.value) : "—" })}</span>
      <span>{t("print.made", { time: timeText(new Date(), true) })}</span>
      <span>{t("print.signature")}</span>
    </div>
  );
}
