import { useMemo } from "preact/hooks";
import { keyCap } from "../../shell/keys";
import { announce, tell } from "../../shell/notices";
import { may } from "../../store";
import { t, type Key } from "../../words";
import type { OpenDraft, Tool } from "./draft";

export interface ToolEntry {
  keys: string;
  label: Key;
  tool?: Tool;
  can: () => boolean;
  run: () => void;
}

export const editable = (open: OpenDraft) => open.draft.value.status === "draft" && may("boundaries.draw");

/** Tools with their keys. A tool that lacks a chosen grid says what to choose, it is not silently off. */
export function useTools(open: OpenDraft): ToolEntry[] {
  return useMemo(() => {
    const take = (tool: Tool) => () => {
      open.tool.value = open.tool.peek() === tool ? "select" : tool;
      announce(t(`tool.${open.tool.peek()}.how`));
    };
    const withChosen = (least: number, run: (codes: readonly string[]) => void) => () => {
      const codes = open.chosen.peek();
      if (codes.length < least) tell(t(least > 1 ? "tool.choose_two" : "tool.choose_one"));
      else run(codes);
    };
    const can = () => editable(open);
    const lockedNow = (code: string) => open.figures.value.find((f) => f.code === code)?.locked ?? false;
    return [
      {
        keys: "v",
        label: "tool.select",
        tool: "select",
        can: () => true,
        run: () => void (open.tool.value = "select"),
      },
      { keys: "s", label: "tool.split", tool: "split", can, run: take("split") },
      {
        keys: "m",
        label: "tool.merge",
        can,
        run: withChosen(2, (codes) => void open.run("merge", { grids: [...codes] })),
      },
      { keys: "b", label: "tool.move_border", tool: "move_border", can, run: withChosen(2, take("move_border")) },
      { keys: "p", label: "tool.paint", tool: "paint", can, run: withChosen(1, take("paint")) },
      {
        keys: "l",
        label: "tool.lock",
        can,
        run: withChosen(1, (codes) => {
          void open.run(codes.every(lockedNow) ? "unlock" : "lock", { grids: [...codes] });
        }),
      },
      {
        keys: "c",
        label: "tool.complete",
        can,
        run: withChosen(1, ([code]) => void open.run("complete", { grid: code })),
      },
      {
        keys: "ctrl+z",
        label: "action.undo",
        can: () => can() && open.draft.value.can_undo,
        run: () => void open.undo(),
      },
      {
        keys: "ctrl+shift+z",
        label: "action.redo",
        can: () => can() && open.draft.value.can_redo,
        run: () => void open.redo(),
      },
    ];
  }, [open]);
}

export function ToolStrip({ open, tools }: { open: OpenDraft; tools: ToolEntry[] }) {
  return (
    <div class="tool-strip" role="toolbar" aria-orientation="vertical" aria-label={t("tool.strip")}>
      {tools.map((tool) => (
        <button
          key={tool.keys}
          type="button"
          disabled={!tool.can()}
          aria-pressed={tool.tool ? open.tool.value === tool.tool : undefined}
          aria-keyshortcuts={keyCap(tool.keys).replace("Ctrl", "Control")}
          title={`${t(tool.label)} ${keyCap(tool.keys)}`}
          onClick={tool.run}
        >
          <span>{t(tool.label)}</span>
          <kbd>{keyCap(tool.keys).replace("Ctrl+Shift", "⇧⌃").replace("Ctrl", "⌃").replace(/\+/g, "")}</kbd>
        </button>
      ))}
    </div>
  );
}
