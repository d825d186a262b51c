import { useState } from "preact/hooks";
import { createDraft } from "../../api/endpoints";
import type { VersionSummary } from "../../api/types";
import { FormDialog } from "../../shell/FormDialog";
import { go, loadTown } from "../../store";
import { nameOf, t } from "../../words";
import { Alternatives } from "./Alternatives";
import { statusOf } from "./status";

type Start = "version" | "committees" | "division";

/** A new draft from the version in force, from bare committees, or from an automatic division. */
export function NewDraft({ versions, onClose }: { versions: VersionSummary[]; onClose: () => void }) {
  const inForce = versions.find((v) => statusOf(v) === "in_force");
  const [start, setStart] = useState<Start>(inForce ? "version" : "division");
  const [name, setName] = useState("");
  const [target, setTarget] = useState(1500);
  const [dividing, setDividing] = useState<number | null>(null);
  const choices: { value: Start; label: string; what: string; off?: boolean }[] = [
    {
      value: "version",
      label: t("new.version"),
      what: inForce ? t("new.version.what", { name: nameOf(inForce) }) : t("new.version.none"),
      off: !inForce,
    },
    { value: "division", label: t("new.division"), what: t("new.division.what") },
    { value: "committees", label: t("new.committees"), what: t("new.committees.what") },
  ];

  async function create(): Promise<void> {
    // Three alternatives are worked out on a version that is there; a first drawing has none to start from.
    if (start === "division" && versions[0]) {
      setDividing((inForce ?? versions[0]).id);
      return;
    }
    const from = start === "version" && inForce ? `version:${inForce.id}` : start;
    open((await createDraft({ name: name.trim(), from, target })).id);
  }
  function open(id: number): void {
    onClose();
    void loadTown();
    go("boundaries", String(id));
  }
  if (dividing !== null)
    return <Alternatives base={dividing} name={name.trim()} target={target} onOpen={open} onClose={onClose} />;
  return (
    <FormDialog
      title={t("versions.new")}
      verb={start === "division" ? t("new.divide") : t("new.create")}
      underWay={t("new.busy")}
      ready={Boolean(name.trim())}
      save={create}
      onClose={onClose}
    >
      <label class="field">
        <span>{t("new.name")}</span>
        <input
          value={name}
          maxLength={60}
          autofocus
          placeholder={t("new.name.example")}
          onInput={(e) => setName(e.currentTarget.value)}
        />
      </label>
      <fieldset class="choices">
        <legend class="unseen">{t("new.start")}</legend>
        {choices.map((c) => (
          <label key={c.value} class={start === c.value ? "taken" : ""}>
            <input
              type="radio"
              name="start"
              checked={start === c.value}
              disabled={c.off}
              onChange={() => setStart(c.value)}
            />
            <span>
              <b>{c.label}</b>
              <small>{c.what}</small>
            </span>
          </label>
        ))}
      </fieldset>
      {start !== "version" && (
        <label class="field">
          <span>{t("new.target")}</span>
          <input
            type="number"
            min={100}
            max={20000}
            step={50}
            value={target}
            onInput={(e) => setTarget(Number(e.currentTarget.value))}
          />
        </label>
      )}
    </FormDialog>
  );
}
