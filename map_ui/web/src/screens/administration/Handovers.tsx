import { useState } from "preact/hooks";
import { monthText, number, timeText } from "../../format";
import { Lead, LineTable } from "../../parts/LineTable";
import { Empty, Trouble } from "../../parts/parts";
import { saveFile } from "../../shell/files";
import { FormDialog } from "../../shell/FormDialog";
import { complain, tell } from "../../shell/notices";
import { month, tab } from "../../store";
import { named, t } from "../../words";
import { VerifyHint } from "./VerifyHint";
import { fetchHandover, handOver, readHandovers, readReleases, type Handover } from "./data";
import { Reading, revisionText, useList } from "./parts";

const PURPOSES = [
  "city_operation",
  "joint_inspection",
  "planning",
  "statistics",
  "monthly_review",
  "audit",
] as const satisfies readonly Handover["purpose"][];

/** Which month, to whom, what for; the rest follows from the release. */
function NewPackage({
  months,
  onMade,
  onClose,
}: {
  months: string[];
  onMade: (made: Handover) => void;
  onClose: () => void;
}) {
  const [of, setOf] = useState(months.includes(month.value) ? month.value : (months[0] as string));
  const [recipient, setRecipient] = useState("");
  const [purpose, setPurpose] = useState<Handover["purpose"]>("city_operation");
  return (
    <FormDialog
      title={t("handover.new")}
      verb={t("handover.make")}
      underWay={t("handover.making")}
      ready={recipient.trim().length >= 2}
      save={() => handOver({ month: of, recipient: recipient.trim(), purpose }).then(onMade)}
      onClose={onClose}
    >
      <label class="field">
        <span>{t("shell.month")}</span>
        <select value={of} onChange={(e) => setOf(e.currentTarget.value)}>
          {months.map((m) => (
            <option key={m} value={m}>
              {monthText(m)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t("handover.recipient")}</span>
        <input value={recipient} maxLength={120} autofocus onInput={(e) => setRecipient(e.currentTarget.value)} />
      </label>
      <p class="quiet-text">{t("handover.recipient.what")}</p>
      <label class="field">
        <span>{t("exports.purpose")}</span>
        <select value={purpose} onChange={(e) => setPurpose(e.currentTarget.value as Handover["purpose"])}>
          {PURPOSES.map((p) => (
            <option key={p} value={p}>
              {t(`handover.purpose.${p}`)}
            </option>
          ))}
        </select>
      </label>
    </FormDialog>
  );
}

/** As people look for them: whose area, then what stands in it, then figures. */
const LAYERS = [
  "committees",
  "micro_grids",
  "buildings",
  "key_sites",
  "committee_indicators",
  "micro_grid_indicators",
  "cell_indicators",
];
const placeOf = (layer: string) => (LAYERS.includes(layer) ? LAYERS.indexOf(layer) : LAYERS.length);

const sizeText = (bytes: number) =>
  bytes < 1_000_000 ? `${number(Math.ceil(bytes / 1000))} kB` : `${number(bytes / 1_000_000, 1)} MB`;

const fetchIt = (row: Handover) => fetchHandover(row.id).then(({ name, body }) => saveFile(name, body), complain);

function Row({ row }: { row: Handover }) {
  const parts = Object.entries(row.layers)
    .sort(([a], [b]) => placeOf(a) - placeOf(b))
    .map(([layer, n]) => `${named("handover.layer", layer)} ${number(n)}`);
  return (
    <tr>
      <td class="right">{row.id}</td>
      <td class="nowrap">
        {monthText(row.month)}
        <span class="quiet-text under">{revisionText(row.revision)}</span>
      </td>
      <td>
        {row.recipient}
        <span class="quiet-text under">{t(`handover.purpose.${row.purpose}`)}</span>
      </td>
      <td class="nowrap">
        {timeText(row.at, true)}
        <span class="quiet-text under">{row.account ?? "—"}</span>
      </td>
      <td>
        {parts.join(t("list.and"))}
        <span class="quiet-text under">
          {sizeText(row.bytes)} · SHA-256 <code title={row.sha256}>{row.sha256.slice(0, 16)}</code>
        </span>
      </td>
      <td class="right nowrap">
        <button type="button" onClick={() => void fetchIt(row)}>
          {t("action.download")}
        </button>
      </td>
    </tr>
  );
}

/** Released months as signed packages: the register of to whom and what for, and how a package is verified. */
export function Handovers() {
  const { found, wrong, again } = useList(() => Promise.all([readHandovers(), readReleases()]));
  const [making, setMaking] = useState(false);
  if (wrong) return <Trouble error={wrong} again={again} />;
  if (!found) return <Reading />;
  const [rows, releases] = found;
  const months = [...new Set(releases.map((r) => r.month))].sort().reverse();
  const make = (
    <button type="button" class="primary" onClick={() => setMaking(true)}>
      {t("handover.new")}
    </button>
  );
  const toReleases = (
    <button type="button" onClick={() => void (tab.value = "releases")}>
      {t("handover.to_releases")}
    </button>
  );
  return (
    <>
      <Lead what={t("handover.what")}>{rows.length > 0 && months.length > 0 && make}</Lead>
      {rows.length === 0 ? (
        <Empty action={months.length ? make : toReleases}>
          {t(months.length ? "handover.none" : "handover.no_release")}
        </Empty>
      ) : (
        <LineTable
          kind="handovers"
          heads={[{ figures: "admin.seq" }, "shell.month", "handover.recipient", "handover.at", "handover.contents"]}
        >
          {rows.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </LineTable>
      )}
      <VerifyHint file={rows[0]?.file} />
      {making && (
        <NewPackage
          months={months}
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            tell(t("handover.made", { n: made.id }), { label: t("action.download"), run: () => void fetchIt(made) });
            again();
          }}
        />
      )}
    </>
  );
}
