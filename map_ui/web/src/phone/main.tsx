import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { timeText } from "../format";
import { lang, named, t } from "../words";
import "./phone.css";
import {
  currentSession,
  loadPack,
  look,
  offline,
  pack,
  packAt,
  push,
  receipts,
  signIn,
  signedIn,
  storageTrouble,
  waiting,
} from "./state";
import { StopForm } from "./StopForm";

const RETRY_MS = 10_000;
const address = () => location.hash.replace(/^#\/?/, "").split("/");

function Login({ onDone }: { onDone: () => void }) {
  const [wrong, setWrong] = useState<string | null>(null);
  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    try {
      const why = await signIn(String(form.get("name")), String(form.get("password")));
      setWrong(why);
      if (!why) onDone();
    } catch {
      setWrong(t("trouble.unreachable"));
    }
  }
  return (
    <main>
      <h1>{t("phone.title")}</h1>
      <form onSubmit={(e) => void submit(e)}>
        <label>
          {t("phone.name")}
          <input name="name" autocomplete="username" required />
        </label>
        <label>
          {t("phone.password")}
          <input name="password" type="password" autocomplete="current-password" required />
        </label>
        {wrong && <p class="wrong">{wrong}</p>}
        <button type="submit" class="primary">
          {t("phone.login")}
        </button>
      </form>
    </main>
  );
}

function Status() {
  const n = waiting.value.length;
  return (
    <p class={`status ${n || offline.value ? "caution" : ""}`} role="status">
      {n ? t("phone.kept", { n }) : t("phone.all_sent")}
      {offline.value ? ` · ${t("phone.offline")}` : ""}
      {packAt.value ? ` · ${t("phone.cached", { time: timeText(new Date(packAt.value), true) })}` : ""}
      {storageTrouble.value ? ` · ${t("phone.storage")}` : ""}
    </p>
  );
}

function Stops({ open }: { open: (id: string) => void }) {
  const [team, setTeam] = useState("");
  const held = pack.value!;
  const done = new Set(receipts.value.filter((r) => r.kind === "result" && r.state !== "refused").map((r) => r.stop));
  const pending = new Set(waiting.value.map((w) => w.stop));
  return (
    <main>
      <h1>{held.title}</h1>
      <div class="choices" role="radiogroup" aria-label={t("inspections.teams")}>
        {["", ...held.teams].map((code) => (
          <button key={code} type="button" role="radio" aria-checked={team === code} onClick={() => setTeam(code)}>
            {code || t("phone.all_teams")}
          </button>
        ))}
      </div>
      <ol class="stops">
        {held.stops
          .filter((s) => !team || s.team === team)
          .map((s) => (
            <li key={s.id}>
              <button type="button" onClick={() => open(s.id)}>
                <b>
                  {s.team ?? "—"}
                  {s.position ?? ""}
                </b>
                <span>
                  {s.name}
                  <small>
                    {s.arrive_at ? timeText(s.arrive_at) : ""} {s.kind ? named("inspection.site", s.kind) : ""}
                  </small>
                </span>
                <i class={pending.has(s.id) ? "caution" : ""}>
                  {pending.has(s.id) ? t("phone.waiting") : done.has(s.id) || s.outcome ? "✓" : ""}
                </i>
              </button>
            </li>
          ))}
      </ol>
    </main>
  );
}

function Phone() {
  const [[inspection, stop], setAt] = useState(address);
  useEffect(() => {
    const follow = () => setAt(address());
    const again = () => void push();
    window.addEventListener("hashchange", follow);
    window.addEventListener("online", again);
    const timer = setInterval(() => waiting.peek().length && again(), RETRY_MS);
    return () => {
      window.removeEventListener("hashchange", follow);
      window.removeEventListener("online", again);
      clearInterval(timer);
    };
  }, []);
  useEffect(() => {
    if (signedIn.value && inspection) void loadPack(inspection).then(() => void (waiting.peek().length && push()));
  }, [inspection, signedIn.value]);
  const open = pack.value?.stops.find((s) => s.id === stop);
  return (
    <>
      <header>
        <Status />
        <button type="button" class="quiet" onClick={() => (lang.value = lang.value === "zh" ? "en" : "zh")}>
          {t("language.other")}
        </button>
      </header>
      {signedIn.value === false ? (
        <Login onDone={() => inspection && void loadPack(inspection).then(push)} />
      ) : !inspection ? (
        <p class="page-note">{t("phone.open_from_sheet")}</p>
      ) : !pack.value ? (
        <p class="page-note">{t("inspections.reading")}</p>
      ) : open ? (
        <StopForm key={open.id} pack={pack.value} stop={open} onBack={() => (location.hash = `#/${inspection}`)} />
      ) : (
        <Stops open={(id) => (location.hash = `#/${inspection}/${id}`)} />
      )}
    </>
  );
}

/** For the next time without a network. Where there is no service worker (plain http) the page works while it is open. */
async function keepThisPage(): Promise<void> {
  if (!navigator.serviceWorker) return;
  try {
    await navigator.serviceWorker.register("./phone-sw.js", { scope: "./phone.html" });
    // The worker did not see what this first visit loaded.
    const parts = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
    const own = parts.filter((u) => u.origin === location.origin && !u.pathname.includes("/api/"));
    const kept = await caches.open("wangge-phone");
    await kept.addAll([...new Set([location.pathname, ...own.map((u) => u.pathname)])]);
  } catch {
    // Nothing depends on it but opening the page again without a network.
  }
}

lang.value = navigator.language.startsWith("zh") || !navigator.language ? "zh" : "en";
if (new URLSearchParams(location.search).get("lang") === "zh") lang.value = "zh";
document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
void look();
void currentSession();
void keepThisPage();
render(<Phone />, document.getElementById("app") as HTMLElement);
