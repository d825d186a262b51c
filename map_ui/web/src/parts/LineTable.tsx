import type { ComponentChildren } from "preact";
import { t, type Key } from "../words";

/** A label, or one that stands above figures. */
export type Head = Key | { figures: Key };

interface Props {
  heads: readonly Head[];
  /** What the last column is called to those who do not see that it holds buttons; none: no such column. */
  acts?: Key | null;
  kind?: string;
  caption?: Key;
  children: ComponentChildren;
}

/** A list that is read line by line: a head for every column, and what can be done at the end of each line. */
export function LineTable({ heads, acts = "admin.actions", kind = "", caption, children }: Props) {
  return (
    <table class={`plain ${kind}`}>
      {caption && <caption class="unseen">{t(caption)}</caption>}
      <thead>
        <tr>
          {heads.map((head) => {
            const key = typeof head === "string" ? head : head.figures;
            return (
              <th key={key} scope="col" class={head === key ? "" : "right"}>
                {t(key)}
              </th>
            );
          })}
          {acts && (
            <th scope="col">
              <span class="unseen">{t(acts)}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** What a list is for, and beside it the one thing that is done most. */
export function Lead({ what, children }: { what: string; children?: ComponentChildren }) {
  return (
    <div class="lead">
      <p class="quiet-text">{what}</p>
      {children}
    </div>
  );
}
