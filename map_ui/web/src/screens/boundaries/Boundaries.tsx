import { useEffect, useState } from "preact/hooks";
import { Trouble } from "../../parts/parts";
import { item } from "../../store";
import { t } from "../../words";
import { openDraft, type OpenDraft } from "./draft";
import { Editor } from "./Editor";
import { VersionList } from "./VersionList";

/** The versions, or one of them opened. */
export default function Boundaries() {
  const id = Number(item.value);
  const [open, setOpen] = useState<OpenDraft | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    setOpen(null);
    setWrong(null);
    if (!id) return;
    let wanted = true,
      opened: OpenDraft | null = null;
    openDraft(id).then(
      (draft) => {
        if (wanted) setOpen((opened = draft));
        else draft.close();
      },
      (error: unknown) => wanted && setWrong(error),
    );
    return () => {
      wanted = false;
      opened?.close();
    };
  }, [id, turn]);
  if (!id) return <VersionList />;
  if (wrong) return <Trouble error={wrong} again={() => setTurn(turn + 1)} />;
  return open ? (
    <Editor key={open.id} open={open} />
  ) : (
    <div class="skeleton" aria-busy="true">
      {t("draft.opening")}
    </div>
  );
}
