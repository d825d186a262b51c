/** One open draft: the server is the truth about geometry; here it is shown, asked to change, and kept in step. */

import { batch, computed, signal, type Signal } from "@preact/signals";
import VectorSource from "ol/source/Vector";
import type Feature from "ol/Feature";
import { connection, Problem } from "../../api/client";
import { operate, readDraft, readPlots, turn } from "../../api/endpoints";
import type { Draft, DraftProblem, GridFigures, OperationAnswer, OperationKind } from "../../api/types";
import { session } from "../../store";
import { problemsOf } from "./problems";
import { zoomTo } from "./zoom";
import { featuresOf, sourceOf } from "../../map/sources";
import { announce, complain, tell } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { named, t } from "../../words";

export type Tool = "select" | "split" | "move_border" | "paint";
interface Wanted {
  kind: OperationKind | "undo" | "redo";
  params: Record<string, unknown>;
}
export interface Conflict {
  wanted: Wanted;
  by: string;
  grids: string[];
  detail: string;
}

export interface OpenDraft {
  readonly id: number;
  draft: Signal<Draft>;
  figures: { readonly value: GridFigures[] };
  chosen: Signal<readonly string[]>;
  tool: Signal<Tool>;
  conflict: Signal<Conflict | null>;
  problems: { readonly value: DraftProblem[] };
  source: VectorSource;
  plots: () => Promise<VectorSource>;
  savedAt: Signal<Date | null>;
  busy: { readonly value: boolean };
  run: (kind: OperationKind, params: Record<string, unknown>) => Promise<boolean>;
  undo: () => Promise<boolean>;
  redo: () => Promise<boolean>;
  reload: () => Promise<void>;
  repeat: () => Promise<void>;
  close: () => void;
}

function withoutId({ once: _, ...params }: Record<string, unknown>): Record<string, unknown> {
  return params;
}

const newId = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`);

export async function openDraft(id: number): Promise<OpenDraft> {
  const draft = signal(await readDraft(id));
  const source = sourceOf(draft.value.grids, false);
  const figureMap = signal(new Map(draft.value.grids.features.map((f) => [f.properties.code, f.properties])));
  const figures = computed(() => [...figureMap.value.values()]);
  const chosen = signal<readonly string[]>([]);
  const conflict = signal<Conflict | null>(null);
  const savedAt = signal<Date | null>(null);
  const waiting = signal(0);
  const problems = computed(() => problemsOf(figures.value, draft.value.problems));
  let plots: Promise<VectorSource> | null = null;
  let line: Promise<unknown> = Promise.resolve();

  /** Put an answer on the screen: only what changed is redrawn. */
  function take(answer: OperationAnswer): void {
    const changed = featuresOf(answer.changed);
    for (const code of [...answer.removed, ...changed.map((f) => String(f.getId()))]) {
      const old = source.getFeatureById(code);
      if (old) source.removeFeature(old as Feature);
    }
    source.addFeatures(changed);
    const next = new Map(figureMap.peek());
    for (const code of answer.removed) next.delete(code);
    for (const { properties } of answer.changed.features) next.set(properties.code, properties);
    for (const figure of answer.figures) {
      const known = next.get(figure.code);
      if (known) next.set(figure.code, { ...known, ...figure });
    }
    batch(() => {
      figureMap.value = next;
      draft.value = {
        ...draft.peek(),
        revision: answer.revision,
        can_undo: answer.can_undo,
        can_redo: answer.can_redo,
        problems: answer.problems,
      };
      chosen.value = chosen.peek().filter((code) => next.has(code));
      savedAt.value = new Date();
    });
  }

  async function reload(): Promise<void> {
    const found = await readDraft(id);
    source.clear(true);
    source.addFeatures(featuresOf(found.grids));
    plots = null;
    batch(() => {
      draft.value = found;
      figureMap.value = new Map(found.grids.features.map((f) => [f.properties.code, f.properties]));
      chosen.value = chosen.peek().filter((code) => figureMap.peek().has(code));
    });
  }

  async function ask(wanted: Wanted): Promise<boolean> {
    const expected_revision = draft.peek().revision;
    const onceKey = String(wanted.params["once"] ?? newId());
    let lost = false;
    const stop = connection.subscribe((now) => void (lost ||= now === "lost"));
    try {
      const answer =
        wanted.kind === "undo" || wanted.kind === "redo"
          ? await turn(id, wanted.kind, expected_revision, onceKey)
          : await operate(id, { kind: wanted.kind, params: withoutId(wanted.params), expected_revision }, onceKey);
      take(answer);
      // A colleague worked on other grids meanwhile: the answer carries only ours.
      if (answer.revision > expected_revision + 1) await reload();
      if (plots)
        await plots.then((known) => {
          for (const [plot, code] of answer.moved_plots) known.getFeatureById(plot)?.set("grid_code", code);
        });
      const first = answer.figures[0];
      announce(
        `${named("operation", wanted.kind)} · ${t("draft.done", { n: answer.figures.length })}${first ? ` · ${t("count.residents")} ${first.residents}` : ""}`,
      );
      return true;
    } catch (error) {
      if (error instanceof Problem && error.status === 409 && /conflict|draft-changed/.test(error.type)) {
        const who = [error.extra["changed_by"] ?? []].flat().map(String);
        if (lost && who.length === 1 && who[0] === session.peek()?.account.name) {
          await reload(); // our own operation arrived, only its answer was lost on the way
          savedAt.value = new Date();
          return true;
        }
        conflict.value = {
          wanted,
          by: who.join(t("list.and")),
          grids: (error.extra["changed_grids"] as string[] | undefined) ?? [],
          detail: error.detail,
        };
        await reload();
      } else {
        if (error instanceof Problem && typeof error.extra["grid_code"] === "string")
          zoomTo.value = { code: error.extra["grid_code"] };
        complain(error);
      }
      return false;
    } finally {
      stop();
    }
  }

  /** Operations wait for each other: the second is asked with the revision that the first left. */
  function queue(wanted: Wanted): Promise<boolean> {
    waiting.value++;
    const result = line.then(() => whileSaving(ask(wanted))).finally(() => void waiting.value--);
    line = result.catch(() => undefined);
    return result;
  }

  const events = new EventSource(`/api/boundary-versions/${id}/events`);
  /** What a colleague did; our own operations are on the screen already. */
  async function catchUp(revision: number, who: string[]): Promise<void> {
    if (revision <= draft.peek().revision) return;
    await reload();
    tell(t("draft.colleague", { who: who.join(t("list.and")) }));
  }
  events.addEventListener("revision", (event: MessageEvent) => {
    const { revision, operations } = JSON.parse(String(event.data)) as {
      revision: number;
      operations: { account: string | null }[];
    };
    const who = [...new Set(operations.flatMap((o) => o.account ?? []))];
    line = line.then(() => catchUp(revision, who)).catch(() => undefined);
  });
  // After a cut the stream begins anew: what happened meanwhile is read once.
  let connected = false;
  events.onopen = () => {
    if (connected) line = line.then(reload).catch(() => undefined);
    connected = true;
  };

  return {
    id,
    draft,
    figures,
    chosen,
    tool: signal<Tool>("select"),
    conflict,
    problems,
    source,
    savedAt,
    busy: computed(() => waiting.value > 0),
    plots: () => (plots ??= readPlots(id).then(sourceOf)),
    run: (kind, params) => queue({ kind, params: { ...params, once: newId() } }),
    undo: () => queue({ kind: "undo", params: {} }),
    redo: () => queue({ kind: "redo", params: {} }),
    reload,
    repeat: async () => {
      const again = conflict.peek();
      conflict.value = null;
      if (again) await queue({ ...again.wanted, params: { ...again.wanted.params, once: newId() } });
    },
    close: () => events.close(),
  };
}
