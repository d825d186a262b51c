/** Drafts of the made-up town: every operation reassigns plots and is undoable, as the real server's do. */

import { counts, sums } from "./figures.ts";
import { committees, node, lonLat, outline, plots, type Feature, type Plot, type Position } from "./town.ts";

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    readonly title: string,
    message: string,
    readonly extra: object = {},
  ) {
    super(message);
  }
}

type Assignment = Map<number, string>;
interface Step {
  before: Assignment;
  names: Map<string, string>;
  locked: Set<string>;
}

export class Draft {
  revision = 1;
  status = "draft";
  assignment: Assignment = new Map(plots.map((p) => [p.plot_id, p.grid_code]));
  names = new Map<string, string>();
  locked = new Set<string>();
  undoable: Step[] = [];
  redoable: Step[] = [];
  operations: { revision: number; kind: string; at: string; by: string }[] = [];
  valid_from: string | null = null;
  constructor(
    readonly id: number,
    public name: string,
  ) {}

  groups(): Map<string, Plot[]> {
    const groups = new Map<string, Plot[]>();
    for (const plot of plots) {
      const code = this.assignment.get(plot.plot_id) as string;
      const group = groups.get(code);
      if (group) group.push(plot);
      else groups.set(code, [plot]);
    }
    return groups;
  }

  figures(code: string, members: Plot[]) {
    const committee = members[0]?.committee_code ?? "";
    const all = plots.filter((p) => p.committee_code === committee).reduce((n, p) => n + p.residents, 0);
    const ideal = all / Math.max(1, Math.round(all / 1500));
    const c = counts(sums(members, "2026-03"));
    return {
      code,
      name: this.names.get(code) ?? `微网格 ${code.slice(-5)}`,
      committee_code: committee,
      locked: this.locked.has(code),
      residents: c.residents,
      dwellings: c.dwellings,
      checks_due: c.checks_due,
      staff_required: c.staff_required,
      off_target: c.residents / 1500 - 1,
      unavoidable: ideal / 1500 - 1,
      added: c.residents / 1500 - ideal / 1500,
      deviation: c.residents / (ideal || 1) - 1,
    };
  }

  feature(code: string, members: Plot[]): Feature {
    return { type: "Feature", id: code, properties: this.figures(code, members), geometry: outline(members) };
  }

  problems() {
    const found: object[] = [];
    for (const [code, members] of this.groups()) {
      const f = this.figures(code, members);
      if (members.length && pieces(members) > 1)
        found.push({
          kind: "in_pieces",
          ids: [code],
          pieces: pieces(members),
          note: `${f.name} 分成 ${pieces(members)} 块 / ${code} is in ${pieces(members)} pieces`,
        });
    }
    return found;
  }

  describe() {
    return {
      id: this.id,
      name: this.name,
      status: this.status,
      revision: this.revision,
      can_undo: this.undoable.length > 0,
      can_redo: this.redoable.length > 0,
      valid_from: this.valid_from,
      valid_to: null,
      target: 1500,
      grids: {
        type: "FeatureCollection",
        features: [...this.groups()].map(([code, members]) => this.feature(code, members)),
      },
      plots_url: `/api/boundary-versions/${this.id}/plots`,
      problems: this.problems(),
      operations: this.operations.slice(-40).reverse(),
    };
  }

  remember(): Step {
    return { before: new Map(this.assignment), names: new Map(this.names), locked: new Set(this.locked) };
  }

  restore(step: Step): void {
    this.assignment = step.before;
    this.names = step.names;
    this.locked = step.locked;
  }

  private answer(touched: Set<string>, kind: string, before: Assignment) {
    const groups = this.groups();
    const alive = [...touched].filter((code) => groups.has(code));
    return {
      revision: this.revision,
      operation: kind,
      removed: [...touched].filter((code) => !groups.has(code)),
      changed: {
        type: "FeatureCollection",
        features: alive.map((code) => this.feature(code, groups.get(code) as Plot[])),
      },
      figures: alive.map((code) => this.figures(code, groups.get(code) as Plot[])),
      moved_plots: plots
        .filter((p) => this.assignment.get(p.plot_id) !== before.get(p.plot_id))
        .map((p) => [p.plot_id, this.assignment.get(p.plot_id)]),
      problems: this.problems(),
      can_undo: this.undoable.length > 0,
      can_redo: this.redoable.length > 0,
    };
  }

  turn(kind: "undo" | "redo") {
    const [from, to] = kind === "undo" ? [this.undoable, this.redoable] : [this.redoable, this.undoable];
    const step = from.pop();
    if (!step) throw new Refusal(409, "nothing-to-undo", "没有可撤销的操作", "没有更早的操作");
    to.push(this.remember());
    const before = this.assignment;
    const touched = new Set<string>([...this.locked, ...step.locked, ...this.names.keys(), ...step.names.keys()]);
    for (const [id, code] of step.before)
      if (before.get(id) !== code) {
        touched.add(code);
        touched.add(before.get(id) as string);
      }
    this.restore(step);
    this.revision++;
    this.operations.push({ revision: this.revision, kind, at: new Date().toISOString(), by: "office" });
    return this.answer(touched, kind, before);
  }

  operate(kind: string, params: Record<string, unknown>, expected: number) {
    if (this.status !== "draft") throw new Refusal(409, "not-a-draft", "不是草稿", "已发布的版本不能修改");
    if (expected !== this.revision)
      throw new Refusal(409, "edit-conflict", "方案已被修改", "同事先修改了这份草稿", {
        changed_by: ["wang_office"],
        changed_grids: [...this.groups().keys()].slice(0, 2),
        revision: this.revision,
      });
    const step = this.remember();
    const touched = this.apply(kind, params);
    const groups = this.groups();
    for (const code of touched) {
      const members = groups.get(code);
      if (members && new Set(members.map((m) => m.committee_code)).size > 1) {
        this.restore(step);
        throw new Refusal(422, "crosses-committee", "不能跨居委会", "所选地块属于不同的居委会，微网格不能跨居委会边界");
      }
      if (members && kind !== "split" && pieces(members) > 1) {
        this.restore(step);
        throw new Refusal(
          422,
          "grid-in-pieces",
          "微网格会断开",
          `${this.figures(code, members).name} 会分成 ${pieces(members)} 块，请改选相邻的地块`,
        );
      }
    }
    this.undoable.push(step);
    this.redoable = [];
    this.revision++;
    this.operations.push({ revision: this.revision, kind, at: new Date().toISOString(), by: "office" });
    return this.answer(touched, kind, step.before);
  }

  private apply(kind: string, params: Record<string, unknown>): Set<string> {
    const touched = new Set<string>();
    const give = (plot: Plot, code: string) => {
      touched.add(this.assignment.get(plot.plot_id) as string);
      touched.add(code);
      this.assignment.set(plot.plot_id, code);
    };
    const groups = this.groups();
    const codes = (params["grids"] ?? [params["first"], params["second"]].filter(Boolean)) as string[];
    const code = (params["grid"] ?? params["to"] ?? codes[0]) as string;
    const line = ((params["line"] as { coordinates?: Position[] })?.coordinates ?? []) as Position[];
    if (this.locked.has(code) && kind !== "unlock")
      throw new Refusal(422, "grid-locked", "微网格已锁定", "请先解锁，再修改");
    if (kind === "merge") {
      if (codes.length < 2)
        throw new Refusal(422, "too-few-grids", "请选择两个以上微网格", "合并需要至少两个相邻的微网格");
      for (const other of codes.slice(1)) for (const plot of groups.get(other) ?? []) give(plot, codes[0] as string);
    } else if (kind === "paint") {
      const ids = new Set(params["plots"] as number[]);
      for (const plot of plots) if (ids.has(plot.plot_id)) give(plot, code);
    } else if (kind === "split" || kind === "move_border") {
      const members = groups.get(code) ?? [];
      const a = line[0],
        b = line[line.length - 1];
      if (!a || !b || line.length < 2)
        throw new Refusal(422, "line-misses", "线没有穿过微网格", "请画一条从边界到边界的线");
      const side = (p: Plot) => {
        const [x, y] = lonLat(...node(p.i + 0.5, p.j + 0.5));
        return (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) > 0;
      };
      const left = members.filter(side),
        right = members.filter((p) => !side(p));
      if (!left.length || !right.length)
        throw new Refusal(422, "line-misses", "线没有穿过微网格", "线的两侧没有都留下地块，请画一条从边界到边界的线");
      let target = codes[1];
      if (kind === "split" || !target)
        target = `${members[0]!.committee_code}${String(Math.max(...[...groups.keys()].filter((c) => c.startsWith(members[0]!.committee_code)).map((c) => +c.slice(-2))) + 1).padStart(2, "0")}`;
      for (const plot of left.length < right.length ? left : right) give(plot, target);
    } else if (kind === "lock" || kind === "unlock") {
      for (const one of codes) {
        touched.add(one);
        if (kind === "lock") this.locked.add(one);
        else this.locked.delete(one);
      }
    } else if (kind === "rename") {
      touched.add(code);
      this.names.set(code, params["name"] as string);
    } else if (kind === "complete") {
      for (let turn = 0; turn < 60; turn++) {
        const mine = plots.filter((p) => this.assignment.get(p.plot_id) === code);
        if (mine.reduce((n, p) => n + p.residents, 0) >= 1500) break;
        const own = new Set(mine.map((p) => `${p.i},${p.j}`));
        const next = plots.find(
          (p) =>
            p.committee_code === mine[0]!.committee_code &&
            this.assignment.get(p.plot_id) !== code &&
            [
              [1, 0],
              [-1, 0],
              [0, 1],
              [0, -1],
            ].some(([x, y]) => own.has(`${p.i + x!},${p.j + y!}`)) &&
            p.residents > 0,
        );
        if (!next) break;
        give(next, code);
      }
    } else if (kind === "divide_committee" || kind === "repair_committee") {
      const committee = params["committee"] as string;
      const members = plots
        .filter((p) => p.committee_code === committee)
        .sort((x, y) => x.i * 100 + x.j - y.i * 100 - y.j);
      const total = members.reduce((n, p) => n + p.residents, 0),
        k = Math.max(1, Math.round(total / 1500));
      let sum = 0;
      for (const plot of members) {
        give(plot, `${committee}${String(Math.min(k, Math.floor((sum / total) * k) + 1)).padStart(2, "0")}`);
        sum += plot.residents;
      }
    } else throw new Refusal(422, "unknown-operation", "未知操作", kind);
    return touched;
  }
}

function pieces(members: Plot[]): number {
  const left = new Set(members.map((p) => `${p.i},${p.j}`));
  let n = 0;
  while (left.size) {
    n++;
    const queue = [left.values().next().value as string];
    left.delete(queue[0] as string);
    for (let key = queue.pop(); key; key = queue.pop()) {
      const [i, j] = key.split(",").map(Number) as [number, number];
      for (const other of [`${i + 1},${j}`, `${i - 1},${j}`, `${i},${j + 1}`, `${i},${j - 1}`])
        if (left.delete(other)) queue.push(other);
    }
  }
  return n;
}

export const town_code = committees[0]!.code.slice(0, 9);
