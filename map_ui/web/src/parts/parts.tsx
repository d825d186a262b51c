import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { sayWhatWentWrong } from "../shell/notices";
import { remember, remembered } from "../store";
import { t } from "../words";

/** Something under way: what is being done, how far, and a way out of it. */
export function Progress({ what, share, onCancel }: { what: string; share?: number | null; onCancel?: () => void }) {
  return (
    <div class="progress" role="status">
      <span>{what}</span>
      <progress max={1} value={share ?? undefined} aria-label={what} />
      {onCancel && (
        <button type="button" class="quiet" onClick={onCancel}>
          {t("action.cancel")}
        </button>
      )}
    </div>
  );
}

export function Trouble({ error, again }: { error: unknown; again?: () => void }) {
  return (
    <div class="trouble" role="alert">
      <p>{sayWhatWentWrong(error)}</p>
      {again && (
        <button type="button" onClick={again}>
          {t("action.again")}
        </button>
      )}
    </div>
  );
}

export function Empty({ children, action }: { children: ComponentChildren; action?: ComponentChildren }) {
  return (
    <div class="empty">
      <p>{children}</p>
      {action}
    </div>
  );
}

/** Choices side by side, one of them taken. */
export function Segments<V extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: V;
  choices: { value: V; label: ComponentChildren; title?: string }[];
  onChange: (value: V) => void;
}) {
  return (
    <div class="segments" role="radiogroup" aria-label={label}>
      {choices.map((c) => (
        <button
          key={c.value}
          type="button"
          role="radio"
          aria-checked={c.value === value}
          tabIndex={c.value === value ? 0 : -1}
          title={c.title}
          onClick={() => onChange(c.value)}
          onKeyDown={(event) => {
            const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
            if (!step) return;
            event.preventDefault();
            const next =
              choices[(choices.findIndex((o) => o.value === value) + step + choices.length) % choices.length];
            if (!next) return;
            onChange(next.value);
            (event.currentTarget.parentElement?.children[choices.indexOf(next)] as HTMLElement | undefined)?.focus();
          }}
        >
          {c.label}
        </button>
      ))}
    </div>
  );
}

export function Tabs<V extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: V;
  choices: { value: V; label: ComponentChildren }[];
  onChange: (value: V) => void;
}) {
  return (
    <div class="tabs" role="tablist" aria-label={label}>
      {choices.map((c) => (
        <button
          key={c.value}
          type="button"
          role="tab"
          aria-selected={c.value === value}
          onClick={() => onChange(c.value)}
        >
          {c.label}
        </button>
      ))}
    </div>
  );
}

const LEAST_PX = 320;

/** Map beside panel; the divider is dragged, or moved with the arrow keys. Below 1100 px the panel lies under the map. */
export function Split({
  name,
  children,
  panel,
  initial = 420,
}: {
  name: string;
  children: ComponentChildren;
  panel: ComponentChildren;
  initial?: number;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(() => Number(remembered(`split.${name}`)) || initial);
  const most = () => Math.max(LEAST_PX, (box.current?.clientWidth ?? 1366) - 420);
  const take = (px: number) => setWidth(Math.round(Math.max(LEAST_PX, Math.min(most(), px))));
  useEffect(() => {
    remember(`split.${name}`, String(width));
  }, [width]);
  return (
    <div class="split" ref={box} style={{ "--panel": `${width}px` }}>
      <div class="split-main">{children}</div>
      <div
        class="divider"
        role="separator"
        aria-orientation="vertical"
        aria-label={t("shell.divider")}
        tabIndex={0}
        aria-valuenow={width}
        aria-valuemin={LEAST_PX}
        aria-valuemax={most()}
        onPointerDown={(e) => e.currentTarget.setPointerCapture(e.pointerId)}
        onPointerMove={(e) => {
          if (e.currentTarget.hasPointerCapture(e.pointerId))
            take((box.current?.getBoundingClientRect().right ?? 0) - e.clientX);
        }}
        onKeyDown={(e) => {
          if (e.key === "ArrowLeft") take(width + 16);
          else if (e.key === "ArrowRight") take(width - 16);
        }}
      />
      <aside class="split-panel">{panel}</aside>
    </div>
  );
}
