import { useState } from "preact/hooks";
import { lang, named, t } from "../words";
import { timeText } from "../format";
import { newId } from "./ids";
import { flagsOf, type RoomSeen } from "./limits";
import { shrunk } from "./pictures";
import { hand, receipts, waiting, type Pack, type PackStop } from "./state";

interface Room extends RoomSeen {
  id: string;
  dwelling_code: string;
  room_code: string;
}
interface Draft {
  outcome: string;
  checks: Record<string, { answer: string; note: string }>;
  rooms: Room[];
  shut: string[];
}

const ANSWERS = ["ok", "not_ok", "not_applicable"] as const;
const PURPOSES = ["living", "kitchen", "bathroom", "balcony", "storage"] as const;
const blank = (): Draft => ({ outcome: "done", checks: {}, rooms: [], shut: [] });

/** A draft is kept on the phone with every keystroke, so that a call or an empty battery loses nothing. */
function keptDraft(stop: string): Draft {
  try {
    return { ...blank(), ...(JSON.parse(localStorage.getItem(`wangge.stop.${stop}`) ?? "{}") as Partial<Draft>) };
  } catch {
    return blank();
  }
}

function RoomForm({
  pack,
  stop,
  room,
  put,
  drop,
}: {
  pack: Pack;
  stop: PackStop;
  room: Room;
  put: (change: Partial<Room>) => void;
  drop: () => void;
}) {
  const home = stop.dwellings.find((h) => h.code === room.dwelling_code);
  const flags = flagsOf(pack.limits, room);
  const tick = (key: "kin" | "partitioned" | "let_by_bed", label: string) => (
    <label class="tick">
      <input type="checkbox" checked={room[key]} onChange={(e) => put({ [key]: e.currentTarget.checked })} />
      {label}
    </label>
  );
  const value = (key: "area_m2" | "people", label: string) => (
    <label>
      {label}
      <input
        inputMode="decimal"
        value={room[key] || ""}
        onInput={(e) => put({ [key]: Math.max(0, Number(e.currentTarget.value.replace(/[^\d.]/g, "")) || 0) })}
      />
    </label>
  );
  return (
    <fieldset>
      <div class="pair">
        <label>
          {t("phone.dwelling")}
          <select
            value={room.dwelling_code}
            onChange={(e) => put({ dwelling_code: e.currentTarget.value, room_code: "" })}
          >
            <option value="">{t("phone.dwelling.none")}</option>
            {stop.dwellings.map((h) => (
              <option key={h.code} value={h.code}>
                {h.room_number ?? h.code}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("sheets.room")}
          <select
            value={room.room_code}
            onChange={(e) => {
              const known = home?.rooms?.find((r) => r.code === e.currentTarget.value);
              put({
                room_code: e.currentTarget.value,
                ...(known ? { area_m2: known.area_m2, purpose: known.purpose, partitioned: known.partitioned } : {}),
              });
            }}
          >
            <option value="">—</option>
            {(home?.rooms ?? []).map((r, k) => (
              <option key={r.code} value={r.code}>
                {k + 1} {named("inspection.purpose", r.purpose)} {r.area_m2} m²
              </option>
            ))}
          </select>
        </label>
      </div>
      <div class="pair">
        <label>
          {t("sheets.purpose")}
          <select value={room.purpose} onChange={(e) => put({ purpose: e.currentTarget.value })}>
            {PURPOSES.map((p) => (
              <option key={p} value={p}>
                {t(`inspection.purpose.${p}`)}
              </option>
            ))}
          </select>
        </label>
        {value("area_m2", t("sheets.area"))}
        {value("people", t("sheets.people"))}
      </div>
      <div class="pair">
        {tick("kin", t("sheets.kin"))}
        {tick("partitioned", t("sheets.partitioned"))}
        {tick("let_by_bed", t("sheets.by_bed"))}
        <button type="button" class="quiet" aria-label={t("inspections.remove")} onClick={drop}>
          ×
        </button>
      </div>
      <p class={flags.length ? "wrong" : "quiet"} role="status">
        {flags.length
          ? flags.map((f) => named("inspection.finding", f)).join(lang.value === "zh" ? "、" : ", ")
          : t("phone.room.none")}
      </p>
    </fieldset>
  );
}

/** One stop: outcome, checklist, rooms against the limits, photos; then it waits here until it has its receipt. */
export function StopForm({ pack, stop, onBack }: { pack: Pack; stop: PackStop; onBack: () => void }) {
  const [draft, setDraft] = useState(() => keptDraft(stop.id));
  const mine = receipts.value.filter((r) => r.stop === stop.id).sort((a, b) => a.at.localeCompare(b.at));
  const pending = waiting.value.filter((w) => w.stop === stop.id);
  const lastKept = [...mine].reverse().find((r) => r.kind === "result" && r.state !== "refused")?.id;
  const last = lastKept ?? pack.results.filter((r) => r.stop_id === stop.id).pop()?.id;
  const put = (change: Partial<Draft>) => {
    const next = { ...draft, ...change };
    setDraft(next);
    localStorage.setItem(`wangge.stop.${stop.id}`, JSON.stringify(next));
  };
  const check = (item: string) => draft.checks[item] ?? { answer: "", note: "" };
  async function save(): Promise<void> {
    const id = newId();
    const rooms = draft.rooms.map(({ dwelling_code, room_code, ...room }) => ({
      ...room,
      dwelling_code: dwelling_code || null,
      room_code: room_code || null,
    }));
    const homes = new Set(rooms.flatMap((r) => (r.dwelling_code ? [r.dwelling_code] : [])));
    const body = {
      id,
      corrects: pending.some((w) => w.kind === "result")
        ? pending.filter((w) => w.kind === "result").pop()!.id
        : (last ?? null),
      outcome: draft.outcome,
      visited_at: new Date().toISOString(),
      rooms: draft.outcome === "done" ? rooms : [],
      checks:
        draft.outcome === "done"
          ? Object.entries(draft.checks)
              .filter(([, c]) => c.answer)
              .map(([item, c]) => ({ item, answer: c.answer, note: c.note || null }))
          : [],
      dwellings: [
        ...[...homes].map((dwelling_code) => ({ dwelling_code, outcome: "done" })),
        ...draft.shut.filter((h) => !homes.has(h)).map((dwelling_code) => ({ dwelling_code, outcome: "no_access" })),
      ],
    };
    await hand({
      id,
      kind: "result",
      url: `/api/inspections/${pack.id}/stops/${stop.id}/results`,
      stop: stop.id,
      at: Date.now(),
      body,
    });
  }
  async function photo(file: File | undefined): Promise<void> {
    if (!file) return;
    const id = newId();
    await hand({
      id,
      kind: "photo",
      url: `/api/inspections/${pack.id}/stops/${stop.id}/photos/${id}`,
      stop: stop.id,
      at: Date.now(),
      body: await shrunk(file),
    });
  }
  return (
    <main>
      <button type="button" class="quiet" onClick={onBack}>
        ‹ {t("phone.back")}
      </button>
      <h1>{stop.name}</h1>
      <p class="quiet">{stop.kind ? named("inspection.site", stop.kind) : ""}</p>
      <div class="choices" role="radiogroup" aria-label={t("inspections.outcome")}>
        {(["done", "no_access", "closed_site"] as const).map((o) => (
          <button
            key={o}
            type="button"
            role="radio"
            aria-checked={draft.outcome === o}
            onClick={() => put({ outcome: o })}
          >
            {t(`inspections.outcome.${o}`)}
          </button>
        ))}
      </div>
      {draft.outcome === "done" && (
        <>
          <h2>{t("sheets.checklist")}</h2>
          {stop.checklist.map((item) => (
            <fieldset key={item}>
              <legend>{named("inspection.check", item)}</legend>
              <div class="choices" role="radiogroup" aria-label={named("inspection.check", item)}>
                {ANSWERS.map((answer) => (
                  <button
                    key={answer}
                    type="button"
                    role="radio"
                    aria-checked={check(item).answer === answer}
                    class={answer === "not_ok" ? "bad" : ""}
                    onClick={() => put({ checks: { ...draft.checks, [item]: { ...check(item), answer } } })}
                  >
                    {t(`inspection.check.${answer}`)}
                  </button>
                ))}
              </div>
              {check(item).answer === "not_ok" && (
                <input
                  maxLength={120}
                  placeholder={t("sheets.note")}
                  aria-label={t("sheets.note")}
                  value={check(item).note}
                  onInput={(e) =>
                    put({ checks: { ...draft.checks, [item]: { ...check(item), note: e.currentTarget.value } } })
                  }
                />
              )}
            </fieldset>
          ))}
          <h2>{t("sheets.rooms")}</h2>
          {draft.rooms.map((room, k) => (
            <RoomForm
              key={room.id}
              pack={pack}
              stop={stop}
              room={room}
              put={(change) => put({ rooms: draft.rooms.map((r, n) => (n === k ? { ...r, ...change } : r)) })}
              drop={() => put({ rooms: draft.rooms.filter((_, n) => n !== k) })}
            />
          ))}
          <button
            type="button"
            onClick={() =>
              put({
                rooms: [
                  ...draft.rooms,
                  {
                    id: newId(),
                    dwelling_code: draft.rooms[draft.rooms.length - 1]?.dwelling_code ?? "",
                    room_code: "",
                    purpose: "living",
                    area_m2: 0,
                    people: 0,
                    kin: false,
                    partitioned: false,
                    let_by_bed: false,
                  },
                ],
              })
            }
          >
            + {t("phone.room.add")}
          </button>
        </>
      )}
      <h2>{t("inspections.outcome.no_access")}</h2>
      <div class="homes">
        {stop.dwellings.map((h) => (
          <label key={h.code} class="tick">
            <input
              type="checkbox"
              checked={draft.shut.includes(h.code)}
              onChange={(e) =>
                put({
                  shut: e.currentTarget.checked ? [...draft.shut, h.code] : draft.shut.filter((c) => c !== h.code),
                })
              }
            />
            {h.room_number ?? h.code}
          </label>
        ))}
      </div>
      <p class="quiet">{t("phone.no_faces")}</p>
      <label class="button">
        {t("phone.photo")}
        <input
          type="file"
          accept="image/*"
          capture="environment"
          class="unseen"
          onChange={(e) => {
            void photo(e.currentTarget.files?.[0]);
            e.currentTarget.value = "";
          }}
        />
      </label>
      {(last || pending.length > 0) && <p class="quiet">{t("phone.correcting")}</p>}
      <button type="button" class="primary" onClick={() => void save()}>
        {t("phone.save")}
      </button>
      <ul class="receipts" aria-live="polite">
        {pending.map((w) => (
          <li key={w.id} class="quiet">
            {w.kind === "photo" ? t("phone.photo") : t("inspections.outcome")} · {t("phone.waiting")}
          </li>
        ))}
        {mine.map((r) => (
          <li key={r.id} class={r.state === "refused" ? "wrong" : "good"}>
            {r.state === "refused"
              ? t("phone.refused", { why: r.why?.split(" / ")[lang.value === "zh" ? 0 : 1] ?? "" })
              : r.state === "late" || r.state === "removed_stop"
                ? t(`phone.receipt.${r.state}`, { time: timeText(r.at) })
                : t("phone.receipt", { time: timeText(r.at) })}
            {r.findings.length > 0 && ` · ${r.findings.map((f) => named("inspection.finding", f)).join("、")}`}
          </li>
        ))}
      </ul>
    </main>
  );
}
