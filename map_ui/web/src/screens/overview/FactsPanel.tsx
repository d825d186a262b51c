import { useEffect, useState } from "preact/hooks";
import { readFacts } from "../../api/endpoints";
import type { Facts } from "../../api/types";
import { dayText, number } from "../../format";
import { Trouble } from "../../parts/parts";
import { selection, shownVersion } from "../../store";
import { named, t } from "../../words";

const NOUN = { building: "buildings", "key-site": "key-sites", "micro-grid": "micro-grids" } as const;
const LEFT_OUT = new Set([
  "code",
  "name",
  "name_en",
  "point",
  "geometry",
  "bbox",
  "measures",
  "counts",
  "committee_code",
]);

/** A fact as offices write it: dates as dates, lists joined, what is unknown as a dash. */
export function factText(key: string, value: unknown): string {
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (typeof value === "number")
    return key.endsWith("_m2") ? number(value) : number(value, Number.isInteger(value) ? 0 : 1);
  if (typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value)) return dayText(value);
  if (Array.isArray(value)) return value.map((v) => factText(key, v)).join(t("list.and")) || "—";
  if (typeof value === "object") {
    const { role, account } = value as { role?: string; account?: string };
    if (role) return `${named("team", role)} ${account ?? t("team.vacant")}`;
    if ("name" in value && value.name) return String(value.name);
    const noun = key.startsWith("dwellings_by_") ? "value.dwelling" : "fact";
    return Object.entries(value)
      .map(([k, v]) => `${named(noun, k)} ${factText(k, v)}`)
      .join(t("list.and"));
  }
  return key === "kind" || key === "use" || key === "compound_kind" || key === "status"
    ? named(`value.${key}`, String(value))
    : String(value);
}

export function FactsPanel() {
  const chosen = selection.value;
  const noun = chosen ? NOUN[chosen.kind as keyof typeof NOUN] : undefined;
  const [facts, setFacts] = useState<Facts | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const version = shownVersion.value?.id ?? null;
  useEffect(() => {
    let wanted = true;
    setFacts(null);
    setWrong(null);
    if (chosen && noun)
      readFacts(noun, chosen.code, version).then(
        (found) => wanted && setFacts(found),
        (error: unknown) => wanted && setWrong(error),
      );
    return () => void (wanted = false);
  }, [chosen?.kind, chosen?.code, version]);
  if (!chosen || !noun) return null;
  if (wrong) return <Trouble error={wrong} />;
  if (!facts)
    return (
      <section class="facts skeleton" aria-busy="true">
        {t("waiting.facts")}
      </section>
    );
  const counts = (facts["counts"] ?? {}) as Record<string, number | null>;
  return (
    <section class="facts" aria-label={t("overview.facts")}>
      {chosen.kind !== "micro-grid" && (
        <header>
          <h2>{String(facts["name"] ?? facts["address"] ?? facts.code)}</h2>
          <span class="quiet-text">
            {named("area", chosen.kind)} {facts.code}
          </span>
          <button
            type="button"
            class="quiet icon"
            aria-label={t("action.close")}
            onClick={() => void (selection.value = null)}
          >
            ×
          </button>
        </header>
      )}
      <dl>
        {Object.entries(facts)
          .filter(
            ([key]) =>
              !LEFT_OUT.has(key) &&
              (chosen.kind !== "micro-grid" || ["team", "area_m2", "staff_required"].includes(key)),
          )
          .map(([key, value]) => (
            <div key={key}>
              <dt>{named("fact", key)}</dt>
              <dd>{factText(key, value)}</dd>
            </div>
          ))}
        {chosen.kind !== "micro-grid" &&
          Object.entries(counts)
            .filter(([, n]) => n !== null)
            .slice(0, 6)
            .map(([key, n]) => (
              <div key={key}>
                <dt>{named("count", key)}</dt>
                <dd>{number(n)}</dd>
              </div>
            ))}
      </dl>
    </section>
  );
}
