import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { cancelTask, createDraft, readTask, startAlternatives } from "../../api/endpoints";
import { pause } from "../../api/client";
import type { Alternative, Task } from "../../api/types";
import { number, percent } from "../../format";
import { outlinePath } from "../../map/outline";
import { Progress } from "../../parts/parts";
import { Dialog } from "../../shell/Dialog";
import { sayWhatWentWrong } from "../../shell/notices";
import { inLanguage, t } from "../../words";

interface Result {
  alternatives: Record<"best" | "balance" | "streets", Alternative>;
}

/** Follow a task until it ends; it can be cancelled at any time. */
export function useTask<T>(start: () => Promise<Task>, watch: unknown[]) {
  const [task, setTask] = useState<Task<T> | null>(null);
  const [wrong, setWrong] = useState("");
  const id = useRef<string | null>(null);
  useEffect(() => {
    let wanted = true;
    async function follow(): Promise<void> {
      try {
        let now = (await start()) as Task<T>;
        id.current = now.id;
        while (wanted && (now.state === "queued" || now.state === "running")) {
          setTask(now);
          await pause(400);
          now = await readTask<T>(now.id);
        }
        if (wanted) setTask(now);
        if (wanted && now.state === "failed") setWrong(inLanguage(now.message ?? ""));
      } catch (error) {
        if (wanted) setWrong(sayWhatWentWrong(error));
      }
    }
    void follow();
    return () => void (wanted = false);
  }, watch);
  return {
    task,
    wrong,
    cancel: () => {
      if (id.current) void cancelTask(id.current).catch(() => undefined);
    },
  };
}

function Choice({ alternative, taken, onTake }: { alternative: Alternative; taken: boolean; onTake: () => void }) {
  const path = useMemo(() => outlinePath(alternative.grids, 300, 220), [alternative]);
  const { figures } = alternative;
  const rows: [string, string][] = [
    [t("alternative.grids"), number(figures.grids)],
    [t("alternative.mean"), percent(figures.mean_deviation)],
    [t("alternative.max"), percent(figures.max_deviation)],
    [t("alternative.on_streets"), percent(figures.streets_share, 0)],
    [t("alternative.compactness"), number(figures.polsby_popper, 2)],
    [t("alternative.beyond"), number(alternative.not_within.length)],
  ];
  return (
    <button type="button" class="alternative" role="radio" aria-checked={taken} onClick={onTake}>
      <b>{t(`alternative.${alternative.objective}`)}</b>
      <small>{t(`alternative.${alternative.objective}.what`)}</small>
      <svg viewBox="0 0 300 220" aria-hidden="true">
        <path d={path} />
      </svg>
      <dl>
        {rows.map(([k, v]) => (
          <div key={k}>
            <dt>{k}</dt>
            <dd>{v}</dd>
          </div>
        ))}
      </dl>
    </button>
  );
}

interface Props {
  base: number;
  name: string;
  target: number;
  onOpen: (draft: number) => void;
  onClose: () => void;
}

export function Alternatives({ base, name, target, onOpen, onClose }: Props) {
  const { task, wrong, cancel } = useTask<Result>(() => startAlternatives(base, target), [base]);
  const [taken, setTaken] = useState<Alternative["objective"]>("balanced");
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState("");
  const result = task?.state === "done" ? task.result?.alternatives : null;
  const found = result && [result.best, result.balance, result.streets];
  async function use(): Promise<void> {
    setBusy(true);
    try {
      onOpen((await createDraft({ name, from: "division", target, objective: taken })).id);
    } catch (error) {
      setRefused(sayWhatWentWrong(error));
      setBusy(false);
    }
  }
  return (
    <Dialog
      wide
      title={t("alternative.title", { target: number(target) })}
      onClose={() => {
        cancel();
        onClose();
      }}
      actions={
        found && (
          <button type="button" class="primary" disabled={busy} onClick={() => void use()}>
            {t("alternative.use")}
          </button>
        )
      }
    >
      {(wrong || refused) && (
        <p class="wrong" role="alert">
          {wrong || refused}
        </p>
      )}
      {!found && !wrong && (
        <Progress
          what={t("alternative.busy")}
          share={task?.progress ?? null}
          onCancel={() => {
            cancel();
            onClose();
          }}
        />
      )}
      {found && (
        <div class="alternatives" role="radiogroup" aria-label={t("alternative.title", { target: number(target) })}>
          {found.map((a) => (
            <Choice
              key={a.objective}
              alternative={a}
              taken={taken === a.objective}
              onTake={() => setTaken(a.objective)}
            />
          ))}
        </div>
      )}
    </Dialog>
  );
}
