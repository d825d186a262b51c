import type { Row } from "../../api/types";
import { town } from "../../store";
import { lang, nameOf, t } from "../../words";

/** 第7微网格 exists in every committee: the committee's name stands before it, without its common ending. */
export function areaName(row: Pick<Row, "code" | "name" | "name_en" | "committee_code">): string {
  const home = row.committee_code && row.committee_code !== row.code ? committeeName(row.committee_code) : null;
  return home && !row.name.startsWith(home) ? `${home} ${nameOf(row)}` : nameOf(row);
}

export function committeeName(code: string): string | null {
  const found = town.value?.committees.find((c) => c.code === code);
  if (!found) return null;
  const name = nameOf(found);
  const ending = t("area.committee.ending");
  return lang.value === "zh" && name.endsWith(ending) && name.length > ending.length
    ? name.slice(0, -ending.length)
    : name;
}
