import { useEffect, useState } from "preact/hooks";
import { withQuery } from "../api/client";
import { currentSession, login, signOnOffered } from "../api/endpoints";
import { enter, theme } from "../store";
import { lang, t } from "../words";
import { Dialog } from "./Dialog";
import { sayWhatWentWrong } from "./notices";

/**
 * The way through the provider, where the installation has one. Over a screen that somebody works on it opens in a tab of
 * its own, and work goes on once that tab has signed in.
 */
function SignOn({ again }: { again?: boolean | undefined }) {
  const [start, setStart] = useState<string | null>(null);
  useEffect(() => {
    signOnOffered().then(
      (found) => setStart(found?.start ?? null),
      () => undefined, // the password goes on working
    );
  }, []);
  useEffect(() => {
    if (!again || !start) return;
    const back = () =>
      void currentSession().then(
        (found) => found && enter(found),
        () => undefined,
      );
    window.addEventListener("focus", back);
    return () => window.removeEventListener("focus", back);
  }, [again, start]);
  if (!start) return null;
  const onward = again ? "/" : `${location.pathname}${location.search}${location.hash}`;
  return (
    <div class="sign-on">
      <p class="quiet-text or">{t("login.sign_on.or")}</p>
      <a
        class="button-like"
        href={withQuery(start, { onward })}
        target={again ? "_blank" : undefined}
        rel={again ? "noopener" : undefined}
      >
        {t("login.sign_on")}
      </a>
      {again && <p class="quiet-text">{t("login.sign_on.again")}</p>}
    </div>
  );
}

function LoginForm({ again }: { again?: boolean }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  async function submit(event: Event) {
    event.preventDefault();
    setBusy(true);
    setWrong("");
    try {
      await enter(await login(name, password));
    } catch (error) {
      setWrong(sayWhatWentWrong(error));
      setPassword("");
    } finally {
      setBusy(false);
    }
  }
  return (
    <form class="login-form" onSubmit={(event) => void submit(event)}>
      {again && <p class="quiet-text">{t("login.again")}</p>}
      <label class="field">
        <span>{t("login.name")}</span>
        <input
          name="name"
          autoComplete="username"
          required
          autofocus
          value={name}
          onInput={(e) => setName(e.currentTarget.value)}
        />
      </label>
      <label class="field">
        <span>{t("login.password")}</span>
        <input
          name="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onInput={(e) => setPassword(e.currentTarget.value)}
        />
      </label>
      {wrong && (
        <p class="wrong" role="alert">
          {wrong}
        </p>
      )}
      <button type="submit" class="primary" disabled={busy}>
        {busy ? t("login.busy") : t("login.submit")}
      </button>
      <SignOn again={again} />
    </form>
  );
}

export function LoginPage() {
  return (
    <main class="login-page">
      <section>
        <h1>
          <b>{t("product.name")}</b> {lang.value === "zh" && <span lang="en">wangge</span>}
        </h1>
        <p class="quiet-text">{t("login.what")}</p>
        <LoginForm />
        <div class="login-tastes">
          <button type="button" class="quiet" onClick={() => void (lang.value = lang.value === "zh" ? "en" : "zh")}>
            {t("language.other")}
          </button>
          <button
            type="button"
            class="quiet"
            onClick={() => void (theme.value = theme.value === "light" ? "dark" : "light")}
          >
            {t("theme.other")}
          </button>
        </div>
      </section>
    </main>
  );
}

/** The session ended while somebody worked: sign in again, and the waiting request goes on. */
export function LoginAgain() {
  return (
    <Dialog title={t("login.title")}>
      <LoginForm again />
    </Dialog>
  );
}
