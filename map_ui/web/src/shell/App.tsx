import { Component, type ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { sessionEnded } from "../api/client";
import { screens } from "../screens/registry";
import { loadTown, presenting, screen, session, start, town, townTrouble } from "../store";
import { t } from "../words";
import { Header, stepMonth } from "./Header";
import { KeyHelp, keyHelpOpen } from "./KeyHelp";
import { useShortcuts } from "./keys";
import { LoginAgain, LoginPage } from "./Login";
import { Announcer, Notices, sayWhatWentWrong } from "./notices";
import type { ScreenModule } from "../screens/registry";

/** A screen that throws is named and can be reopened; the rest of the console goes on. */
class Guard extends Component<{ children: ComponentChildren }, { error: Error | null }> {
  override state = { error: null as Error | null };
  static override getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <div class="trouble" role="alert">
        <p>{sayWhatWentWrong(this.state.error)}</p>
        <button type="button" onClick={() => this.setState({ error: null })}>
          {t("action.again")}
        </button>
      </div>
    );
  }
}

/**
 * A part of the console did not come. After an update the parts of the former build are gone: the page is opened anew;
 * the address brings the view back, drafts are on the server, typed-in checks in this browser.
 */
function Unloaded() {
  const [updated, setUpdated] = useState<boolean | null>(null);
  useEffect(() => {
    fetch(location.pathname, { cache: "no-store" }).then(
      async (answer) => {
        const own = document.querySelector<HTMLScriptElement>('script[type="module"][src]')?.getAttribute("src");
        setUpdated(answer.ok && !(await answer.text()).includes(own ?? "\0"));
      },
      () => setUpdated(false),
    );
  }, []);
  if (updated === null)
    return (
      <div class="skeleton" aria-busy="true">
        {t("waiting.screen")}
      </div>
    );
  return (
    <div class="trouble" role="alert">
      <p>{t(updated ? "trouble.updated" : "trouble.unreachable")}</p>
      <button type="button" autofocus onClick={() => location.reload()}>
        {t("action.reload")}
      </button>
    </div>
  );
}

function Screen() {
  const name = screen.value;
  const [loaded, setLoaded] = useState<{ name: string; module: ScreenModule } | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  useEffect(() => {
    let wanted = true;
    setWrong(null);
    (screens[name] ?? screens.overview)!().then(
      (module) => wanted && setLoaded({ name, module }),
      (error: unknown) => wanted && setWrong(error),
    );
    return () => void (wanted = false);
  }, [name]);
  if (wrong) return <Unloaded />;
  if (loaded?.name !== name)
    return (
      <div class="skeleton" aria-busy="true">
        {t("waiting.screen")}
      </div>
    );
  const Content = loaded.module.default;
  return (
    <Guard key={name}>
      <Content />
    </Guard>
  );
}

function Town() {
  if (townTrouble.value) {
    return (
      <div class="trouble" role="alert">
        <p>{sayWhatWentWrong(townTrouble.value)}</p>
        <button type="button" onClick={() => void (session.value ? loadTown() : start())}>
          {t("action.again")}
        </button>
      </div>
    );
  }
  return town.value ? (
    <Screen />
  ) : (
    <div class="skeleton" aria-busy="true">
      {t("waiting.town")}
    </div>
  );
}

export function App() {
  useShortcuts(() => [
    { keys: "?", label: "shell.keys", run: () => void (keyHelpOpen.value = true) },
    { keys: "[", label: "shell.earlier", run: () => stepMonth(-1) },
    { keys: "]", label: "shell.later", run: () => stepMonth(1) },
  ]);
  if (session.value === null)
    return (
      <>
        <LoginPage />
        <Announcer />
      </>
    );
  return (
    <>
      <a
        class="skip"
        href="#content"
        onClick={(e) => {
          e.preventDefault();
          document.getElementById("content")?.focus();
        }}
      >
        {t("shell.skip")}
      </a>
      {!presenting.value && <Header />}
      <main id="content" tabIndex={-1}>
        <Town />
      </main>
      <Notices />
      <Announcer />
      <KeyHelp />
      {sessionEnded.value && <LoginAgain />}
    </>
  );
}
