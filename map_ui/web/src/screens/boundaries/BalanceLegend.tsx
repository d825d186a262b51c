import type { GridFigures } from "../../api/types";
import { number, signedPercent } from "../../format";
import { Swatch } from "../../map/Legend";
import { breaksOf, classFill, classOf } from "../../map/palette";
import { theme } from "../../store";
import { t } from "../../words";

export function BalanceLegend({ figures, target }: { figures: GridFigures[]; target: number }) {
  const breaks = breaksOf("balance");
  const counts = breaks.concat(0).map((_, k) => figures.filter((f) => classOf("balance", f.off_target) === k).length);
  const say = (value: number) => signedPercent(value, 0);
  const label = (k: number) =>
    k === 0
      ? t("legend.below", { value: say(breaks[0]!) })
      : k === breaks.length
        ? t("legend.from", { value: say(breaks[k - 1]!) })
        : t("legend.to", { low: say(breaks[k - 1]!), high: say(breaks[k]!) });
  return (
    <div class="legend">
      <table>
        <caption>
          {t("measure.balance")}
          <small> {t("figure.target", { target: `${number(target)} ${t("unit.persons")}` })}</small>
        </caption>
        <tbody>
          {counts
            .map((n, k) => (
              <tr key={k}>
                <td>
                  <Swatch fill={classFill("balance", k, theme.value)} />
                </td>
                <td>{label(k)}</td>
                <td class="right">{n}</td>
              </tr>
            ))
            .reverse()}
        </tbody>
      </table>
    </div>
  );
}
