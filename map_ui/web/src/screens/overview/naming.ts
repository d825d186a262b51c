import { computed } from "@preact/signals";
import type { Row } from "../../api/types";
import { town } from "../../store";
import { lang, nameOf, t } from "../../words";

/** 第7微网格 exists in every committee: the committee's name stands before it, without its common ending. */
export function areaName(row: Pick<Row, "code" | "name" | "name_en" | "committee_code">): string {
  const home = row.committee_code && row.committee_code !== row.code ? committeeName(row.committee_code) : null;
  // The name that a grid has before anybody names it comes in Chinese only.
  const own =
    lang.value === "en"
      ? withoutEnding(nameOf(row)).replace(/^[^\x00-\x7f](\d+)[^\x00-\x7f]{3}$/, "grid $1")
      : nameOf(row);
  return home && !row.name.startsWith(home) ? `${home} ${own}` : own;
}

/** A name without the ending that all committees share, where it stands among its like. */
export function withoutEnding(name: string): string {
  if (lang.value === "en") return name.replace(/ Residents['’] Committee$/, "");
  const ending = t("area.committee.ending");
  return name.endsWith(ending) && name.length > ending.length ? name.slice(0, -ending.length) : name;
}

/** The same committee in this tab's language, where an answer carries only its Chinese name. */
export function committeeCalled(name: string): string {
  const found = town.value?.committees.find((c) => c.name === name);
  return found ? withoutEnding(nameOf(found)) : name;
}

const byCode = computed(() => new Map((town.value?.committees ?? []).map((c) => [c.code, c])));

export function committeeName(code: string): string | null {
  const found = byCode.value.get(code);
  return found ? withoutEnding(nameOf(found)) : null;
}
