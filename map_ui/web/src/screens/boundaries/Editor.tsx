import { PrintFoot, PrintTitle } from "../../parts/PrintFrame";
import { Split } from "../../parts/parts";
import { useShortcuts } from "../../shell/keys";
import { t } from "../../words";
import { ConflictDialog } from "./ConflictDialog";
import type { OpenDraft } from "./draft";
import { EditorMap } from "./EditorMap";
import { EditorPanel } from "./EditorPanel";
import { ToolStrip, useTools } from "./tools";

export function Editor({ open }: { open: OpenDraft }) {
  const tools = useTools(open);
  useShortcuts(() => tools.map((tool) => ({ keys: tool.keys, label: tool.label, run: () => tool.run() })), [open]);
  useShortcuts(() => [{ keys: "ctrl+y", label: "action.redo", run: () => void open.redo() }], [open]);
  return (
    <>
      <PrintTitle title={t("screen.boundaries")} />
      <div class="editor">
        <ToolStrip open={open} tools={tools} />
        <Split name="editor" initial={540} panel={<EditorPanel open={open} />}>
          <EditorMap open={open} />
        </Split>
      </div>
      <PrintFoot />
      {open.conflict.value && <ConflictDialog open={open} conflict={open.conflict.value} />}
    </>
  );
}
