import { useState } from "preact/hooks";
import { login } from "../api/endpoints";
import { enter, theme } from "../store";
import { lang, t } from "../words";
import { Dialog } from "./Dialog";
import { sayWhatWentWrong } from "./notices";

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
