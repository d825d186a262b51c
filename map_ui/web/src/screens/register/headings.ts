/** The headings of a file, read in the browser: the service never repeats a column that it does not know. */

import type { LoadField } from "../../api/types";

const ENOUGH_BYTES = 65_536;

/** One line of a CSV: quoted cells may hold the separator and doubled quotes. */
export function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = "",
    quoted = false;
  for (let k = 0; k < line.length; k++) {
    const mark = line[k] as string;
    if (quoted && mark === '"' && line[k + 1] === '"') {
      cell += '"';
      k++;
    } else if (mark === '"') quoted = !quoted;
    else if (mark === separator && !quoted) {
      cells.push(cell);
      cell = "";
    } else cell += mark;
  }
  return [...cells, cell].map((found) => found.trim());
}

/** UTF-8, or what Chinese spreadsheets write when it is not: GB 18030. */
export function decoded(bytes: BufferSource, whole: boolean): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !whole });
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

/** The first line's cells; what separates them is the mark that stands there most. */
export function headingsIn(text: string): string[] {
  const line = text.replace(/^\ufeff/, "").split(/\r?\n/, 1)[0] ?? "";
  const count = (mark: string) => line.split(mark).length;
  const separator = [",", ";", "\t"].reduce((best, mark) => (count(mark) > count(best) ? mark : best));
  return [...new Set(cellsOf(line, separator).filter(Boolean))];
}

/** The headings of a CSV file; null for every other kind, which only the service can open. */
export async function headingsOf(file: File): Promise<string[] | null> {
  if (!/\.csv$/i.test(file.name)) return null;
  const start = file.slice(0, ENOUGH_BYTES);
  return headingsIn(decoded(await start.arrayBuffer(), file.size <= ENOUGH_BYTES));
}

/** Columns of the report and those that it dropped, in the order of the file. */
export function withDropped(
  known: { source: string; field: string | null }[],
  headings: string[] | null,
): { source: string; field: string | null }[] {
  if (!headings) return known;
  const fieldOf = new Map(known.map((column) => [column.source, column.field]));
  const rest = known.filter((column) => !headings.includes(column.source));
  return [...headings.map((source) => ({ source, field: fieldOf.get(source) ?? null })), ...rest];
}

/** What each heading probably is, where the service could not begin: its field is called so, in either language or by an alias. */
export function guessed(headings: string[], fields: LoadField[]): { source: string; field: string | null }[] {
  const plain = (text: string) => text.toLowerCase().replace(/[\s_-]/g, "");
  const fieldOf = new Map<string, string>();
  for (const f of fields)
    for (const name of [f.field, f.name, ...f.aliases])
      if (!fieldOf.has(plain(name))) fieldOf.set(plain(name), f.field);
  return headings.map((source) => ({ source, field: fieldOf.get(plain(source)) ?? null }));
}
