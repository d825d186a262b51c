import type { ComponentChildren } from "preact";
import { printing } from "../shell/printing";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

export interface Column<R> {
  key: string;
  head: ComponentChildren;
  /** Under the head, once for the column. */
  unit?: string;
  title?: string;
  align?: "left" | "right";
  width?: string;
  cell: (row: R) => ComponentChildren;
  /** Absent values sort last whichever way. */
  sort?: (row: R) => number | string | null | undefined;
}

interface Props<R> {
  label: string;
  columns: Column<R>[];
  rows: R[];
  codeOf: (row: R) => string;
  selected?: string | null;
  marked?: ReadonlySet<string>;
  onSelect?: (row: R, event: MouseEvent | KeyboardEvent) => void;
  onOpen?: (row: R) => void;
  onHover?: (row: R | null) => void;
  initialSort?: { key: string; down: boolean };
  foot?: ComponentChildren;
  empty?: ComponentChildren;
}

const ROW_PX = 28;
const OVERSCAN = 8;

/** Rows in the order of a column; a stable order, and what is absent comes last. */
export function sorted<R>(rows: R[], by: Column<R>["sort"], down: boolean): R[] {
  if (!by) return rows;
  const keyed = rows.map((row) => ({ row, key: by(row) }));
  const absent = (key: unknown) => key === null || key === undefined;
  keyed.sort((a, b) => {
    if (absent(a.key) || absent(b.key)) return Number(absent(a.key)) - Number(absent(b.key));
    const order =
      typeof a.key === "number" && typeof b.key === "number"
        ? a.key - b.key
        : String(a.key).localeCompare(String(b.key), "zh-CN", { numeric: true });
    return down ? -order : order;
  });
  return keyed.map(({ row }) => row);
}

/** A table that draws only what is seen: 5,000 grids scroll as lightly as 50. One tab stop, arrows move the choice. */
export function DataTable<R>(props: Props<R>) {
  const { columns, codeOf, selected } = props;
  const box = useRef<HTMLDivElement>(null);
  const [sort, setSort] = useState(props.initialSort ?? null);
  const [seen, setSeen] = useState({ top: 0, height: 600 });
  const column = columns.find((c) => c.key === sort?.key);
  const rows = useMemo(
    () => sorted(props.rows, column?.sort, sort?.down ?? false),
    [props.rows, sort?.key, sort?.down, columns],
  );
  const chosen = selected ? rows.findIndex((row) => codeOf(row) === selected) : -1;

  useLayoutEffect(() => {
    const element = box.current as HTMLDivElement;
    const measure = () => setSeen({ top: element.scrollTop, height: element.clientHeight });
    measure();
    const watcher = new ResizeObserver(measure);
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);

  useEffect(() => {
    if (chosen >= 0) reveal(chosen);
  }, [chosen, selected]);

  function reveal(index: number): void {
    const element = box.current as HTMLDivElement;
    const head = element.querySelector("thead")?.clientHeight ?? 0;
    const top = index * ROW_PX;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + ROW_PX > element.scrollTop + element.clientHeight - head)
      element.scrollTop = top + ROW_PX - element.clientHeight + head;
  }

  function move(event: KeyboardEvent): void {
    const page = Math.max(1, Math.floor(seen.height / ROW_PX) - 2);
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows.length,
      End: rows.length,
    };
    const step = steps[event.key];
    if (step !== undefined && rows.length) {
      event.preventDefault();
      const next = rows[
        Math.max(0, Math.min(rows.length - 1, chosen < 0 ? (step > 0 ? 0 : rows.length - 1) : chosen + step))
      ] as R;
      props.onSelect?.(next, event);
    } else if ((event.key === "Enter" || event.key === " ") && chosen >= 0) {
      event.preventDefault();
      (props.onOpen ?? props.onSelect)?.(rows[chosen] as R, event);
    }
  }

  // A printed table has every row.
  const first = printing.value ? 0 : Math.max(0, Math.floor(seen.top / ROW_PX) - OVERSCAN);
  const last = printing.value
    ? rows.length
    : Math.min(rows.length, Math.ceil((seen.top + seen.height) / ROW_PX) + OVERSCAN);
  const idOf = (row: R) => `row-${codeOf(row)}`;
  return (
    <div
      class="table-box"
      ref={box}
      onScroll={(e) => setSeen({ top: e.currentTarget.scrollTop, height: e.currentTarget.clientHeight })}
    >
      <table
        role="grid"
        aria-label={props.label}
        aria-rowcount={rows.length + 1}
        tabIndex={0}
        onKeyDown={move}
        aria-activedescendant={chosen >= 0 ? idOf(rows[chosen] as R) : undefined}
      >
        <colgroup>
          {columns.map((c) => (
            <col key={c.key} style={c.width ? { width: c.width } : undefined} />
          ))}
        </colgroup>
        <thead>
          <tr role="row" aria-rowindex={1}>
            {columns.map((c) => (
              <th
                key={c.key}
                scope="col"
                role="columnheader"
                class={c.align === "right" ? "right" : ""}
                title={c.title}
                aria-sort={sort?.key === c.key ? (sort.down ? "descending" : "ascending") : c.sort ? "none" : undefined}
              >
                {c.sort ? (
                  <button
                    type="button"
                    tabIndex={-1}
                    onClick={() => setSort({ key: c.key, down: sort?.key === c.key ? !sort.down : false })}
                  >
                    {c.head}
                    <i aria-hidden="true">{sort?.key === c.key ? (sort.down ? "↓" : "↑") : ""}</i>
                  </button>
                ) : (
                  c.head
                )}
                {c.unit && <small>{c.unit}</small>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {first > 0 && <tr aria-hidden="true" style={{ height: `${first * ROW_PX}px` }} />}
          {rows.slice(first, last).map((row, k) => {
            const code = codeOf(row);
            return (
              <tr
                key={code}
                id={idOf(row)}
                role="row"
                aria-rowindex={first + k + 2}
                aria-selected={code === selected}
                class={props.marked?.has(code) ? "marked" : ""}
                onClick={(e) => props.onSelect?.(row, e)}
                onDblClick={() => props.onOpen?.(row)}
                onMouseEnter={() => props.onHover?.(row)}
                onMouseLeave={() => props.onHover?.(null)}
              >
                {columns.map((c) => (
                  <td key={c.key} role="gridcell" class={c.align === "right" ? "right" : ""}>
                    {c.cell(row)}
                  </td>
                ))}
              </tr>
            );
          })}
          {last < rows.length && <tr aria-hidden="true" style={{ height: `${(rows.length - last) * ROW_PX}px` }} />}
        </tbody>
        {props.foot && <tfoot>{props.foot}</tfoot>}
      </table>
      {rows.length === 0 && <p class="empty">{props.empty}</p>}
    </div>
  );
}
