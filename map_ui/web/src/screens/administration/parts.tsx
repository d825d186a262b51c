/** What the tabs of administration share: reading a list, and a secret that is shown once. */

import { useEffect, useState } from "preact/hooks";
import { Dialog } from "../../shell/Dialog";
import { t } from "../../words";

/** A list from the service: null while it is read, an error to show, and a way to read it again. */
export function useList<T>(read: () => Promise<T>): { found: T | null; wrong: unknown; again: () => void } {
  const [found, setFound] = useState<T | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const again = () => {
    setWrong(null);
    read().then(setFound, setWrong);
  };
  useEffect(again, []);
  return { found, wrong, again };
}

/** A month's first release is number 0; what comes after it corrects it. */
export const revisionText = (n: number) => (n ? t("admin.revision.later", { n }) : t("admin.revision.first"));

export function Reading() {
  return (
    <div class="skeleton" aria-busy="true">
      {t("admin.reading")}
    </div>
  );
}

/** A password or key that exists in this answer alone. */
export function Secret({ title, secret, onClose }: { title: string; secret: string; onClose: () => void }) {
  return (
    <Dialog
      title={title}
      actions={
        <button type="button" class="primary" onClick={onClose}>
          {t("admin.secret.noted")}
        </button>
      }
    >
      <p>{t("admin.secret.once")}</p>
      <p>
        <code class="secret" tabIndex={0}>
          {secret}
        </code>
      </p>
    </Dialog>
  );
}
