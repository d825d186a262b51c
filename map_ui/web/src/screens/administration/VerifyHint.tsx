import { useState } from "preact/hooks";
import { saveFile } from "../../shell/files";
import { complain } from "../../shell/notices";
import { t } from "../../words";
import { readPublicKey } from "./data";

/** Four digits at a time, as one reads them over a telephone. */
export const inFours = (digits: string) => digits.replace(/(.{4})(?=.)/g, "$1 ");

/** What the recipient does with a package; the key is read only when somebody looks. */
export function VerifyHint({ file = "wangge-….zip" }: { file?: string | undefined }) {
  const [key, setKey] = useState<{ pem: string; sha256: string } | null>(null);
  return (
    <details
      class="verify"
      onToggle={(e) => {
        if (e.currentTarget.open && !key) void readPublicKey().then(setKey, complain);
      }}
    >
      <summary>{t("handover.verify")}</summary>
      <p>{t("handover.verify.key")}</p>
      <p class="row">
        <code class="secret" tabIndex={0}>
          {key ? inFours(key.sha256) : "…"}
        </code>
        <button
          type="button"
          disabled={!key}
          onClick={() =>
            key && saveFile("signing-key.pub.pem", new Blob([key.pem], { type: "application/x-pem-file" }))
          }
        >
          {t("handover.verify.download")}
        </button>
      </p>
      <p>{t("handover.verify.run")}</p>
      <pre tabIndex={0}>wangge handover verify {file} --key signing-key.pub.pem</pre>
      <p>{t("handover.verify.plain")}</p>
      <pre tabIndex={0}>
        sha256sum -c SHA256SUMS{"\n"}openssl pkeyutl -verify -pubin -inkey signing-key.pub.pem -rawin -in manifest.json
        -sigfile manifest.json.sig
      </pre>
    </details>
  );
}
