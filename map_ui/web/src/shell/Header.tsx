import { useState } from "preact/hooks";
import { connection } from "../api/client";
import { logout } from "../api/endpoints";
import { monthText } from "../format";
import { SCREEN_NAMES, type ScreenName } from "../route";
import { offered } from "../screens/registry";
import { go, may, month, remember, screen, session, shownVersion, theme, town, version } from "../store";
import { lang, nameOf, t } from "../words";
import { keyHelpOpen } from "./KeyHelp";
import { saving } from "./saving";

function Brand() {
  return (
    <a
      class="brand"
      href="#/overview"
      onClick={(e) => {
        e.preventDefault();
        go("overview");
      }}
    >
      <b>{t("product.name")}</b>
      {lang.value === "zh" && <span lang="en">wangge</span>}
    </a>
  );
}

function Navigation() {
  const name = (s: ScreenName) => t(`screen.${s}`);
  return (
    <nav aria-label={t("shell.screens")}>
      {SCREEN_NAMES.filter((s) => offered(s, may)).map((s) => (
        <a
          key={s}
          href={`#/${s}`}
          aria-current={screen.value === s ? "page" : undefined}
          onClick={(e) => {
            e.preventDefault();
            go(s);
          }}
        >
          {name(s)}
        </a>
      ))}
    </nav>
  );
}

export function stepMonth(by: number): void {
  const months = town.value?.months ?? [];
  const next = months[months.indexOf(month.value) + by];
  if (next) month.value = next;
}

function MonthPicker() {
  const months = town.value?.months ?? [];
  const at = months.indexOf(month.value);
  return (
    <span class="stepper" role="group" aria-label={t("shell.month")}>
      <button
        type="button"
        class="quiet icon"
        aria-label={t("shell.earlier")}
        disabled={at <= 0}
        onClick={() => stepMonth(-1)}
      >
        ‹
      </button>
      <select
        aria-label={t("shell.month")}
        value={month.value}
        onChange={(e) => void (month.value = e.currentTarget.value)}
      >
        {[...months].reverse().map((m) => (
          <option key={m} value={m}>
            {monthText(m)}
          </option>
        ))}
      </select>
      <button
        type="button"
        class="quiet icon"
        aria-label={t("shell.later")}
        disabled={at < 0 || at >= months.length - 1}
        onClick={() => stepMonth(1)}
      >
        ›
      </button>
    </span>
  );
}

function VersionPicker() {
  const versions = (town.value?.versions ?? []).filter(
    (v) => (v.status !== "draft" && v.status !== "withdrawn") || v.id === version.value,
  );
  return (
    <select
      class="version"
      aria-label={t("shell.version")}
      title={t("shell.version")}
      value={version.value ?? ""}
      onChange={(e) => void (version.value = e.currentTarget.value ? Number(e.currentTarget.value) : null)}
    >
      <option value="">
        {shownVersion.value && version.value === null
          ? t("shell.version.in_force", { name: nameOf(shownVersion.value) })
          : t("shell.version.by_month")}
      </option>
      {versions.map((v) => (
        <option key={v.id} value={v.id}>
          {nameOf(v)}
        </option>
      ))}
    </select>
  );
}

function Saved() {
  const lost = connection.value === "lost";
  const text = lost
    ? t("saved.offline")
    : saving.value === "saving"
      ? t("saved.saving")
      : saving.value === "kept"
        ? t("saved.kept")
        : t("saved.saved");
  return (
    <span class={`saved ${lost ? "saved-lost" : ""}`} role="status">
      {text}
    </span>
  );
}

function Tastes() {
  const swapLanguage = () => {
    lang.value = lang.value === "zh" ? "en" : "zh";
    remember("lang", lang.value);
  };
  const swapTheme = () => {
    theme.value = theme.value === "light" ? "dark" : "light";
    remember("theme", theme.value);
  };
  return (
    <>
      <button type="button" class="quiet" onClick={swapLanguage} aria-label={t("language.switch")}>
        {t("language.both")}
      </button>
      <button
        type="button"
        class="quiet icon"
        onClick={swapTheme}
        aria-label={t("theme.other")}
        title={t("theme.other")}
      >
        {theme.value === "light" ? "◐" : "◑"}
      </button>
      <button
        type="button"
        class="quiet icon"
        onClick={() => void (keyHelpOpen.value = true)}
        aria-label={t("shell.keys")}
        title={t("shell.keys")}
      >
        ?
      </button>
    </>
  );
}

function AccountMenu() {
  const [open, setOpen] = useState(false);
  const account = session.value?.account;
  async function leave() {
    await logout().catch(() => undefined);
    location.reload(); // forget everything this person could see
  }
  return (
    <span
      class="menu"
      onKeyDown={(e) => {
        if (e.key === "Escape") setOpen(false);
      }}
    >
      <button type="button" class="quiet" aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        {town.value ? nameOf(town.value.subdistrict) : account?.display_name} <span aria-hidden="true">▾</span>
      </button>
      {open && (
        <div class="menu-items" role="menu">
          <div class="quiet-text">{account?.display_name}</div>
          <button type="button" role="menuitem" class="quiet" onClick={() => void leave()}>
            {t("action.sign_out")}
          </button>
        </div>
      )}
    </span>
  );
}

export function Header() {
  return (
    <header class="top">
      <Brand />
      <Navigation />
      <div class="top-right">
        <Saved />
        {town.value && <VersionPicker />}
        {town.value && <MonthPicker />}
        <Tastes />
        <AccountMenu />
      </div>
    </header>
  );
}
