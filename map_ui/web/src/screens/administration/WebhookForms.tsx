import { useState } from "preact/hooks";
import { number } from "../../format";
import { FormDialog } from "../../shell/FormDialog";
import { t } from "../../words";
import { addWebhook, replayWebhook, type Layer, type WebhookRow } from "./data";
import { hostOf, LAYERS, leftOut, sinceOf, type Start } from "./deliveries";

interface ChoiceProps {
  choices: readonly Start[];
  start: Start;
  after: number;
  onStart: (start: Start) => void;
  onAfter: (after: number) => void;
}

/** Where the feed begins; the number is asked for only where it counts. */
function StartChoice({ choices, start, after, onStart, onAfter }: ChoiceProps) {
  return (
    <fieldset class="area-choice stacked">
      <legend>{t("webhook.since")}</legend>
      {choices.map((choice) => (
        <label key={choice}>
          <input type="radio" name="start" checked={start === choice} onChange={() => onStart(choice)} />{" "}
          {t(`webhook.since.${choice}`)}
          {choice === "after" && (
            <input
              type="number"
              min={0}
              class="short"
              aria-label={t("webhook.since.after")}
              value={after}
              onFocus={() => onStart("after")}
              onInput={(e) => onAfter(Math.max(0, Math.trunc(Number(e.currentTarget.value) || 0)))}
            />
          )}
        </label>
      ))}
    </fieldset>
  );
}

/** Register an address: where to, of what, beginning when. */
export function NewWebhook({
  onMade,
  onClose,
}: {
  onMade: (made: WebhookRow & { secret: string }) => void;
  onClose: () => void;
}) {
  const [url, setUrl] = useState("");
  const [layers, setLayers] = useState<Layer[]>([...LAYERS]);
  const [start, setStart] = useState<Start>("now");
  const [after, setAfter] = useState(0);
  return (
    <FormDialog
      title={t("webhook.new")}
      verb={t("webhook.new")}
      ready={url.trim().length > 8 && layers.length > 0}
      save={() => addWebhook({ url: url.trim(), layers, since: sinceOf(start, after, 0) }).then(onMade)}
      onClose={onClose}
    >
      <label class="field">
        <span>{t("webhook.url")}</span>
        <input
          value={url}
          maxLength={500}
          autofocus
          inputMode="url"
          spellcheck={false}
          placeholder="https://"
          onInput={(e) => setUrl(e.currentTarget.value)}
        />
      </label>
      <p class="quiet-text">{t("webhook.url.what")}</p>
      <fieldset class="area-choice">
        <legend>{t("webhook.layers")}</legend>
        {LAYERS.map((layer) => (
          <label key={layer}>
            <input
              type="checkbox"
              checked={layers.includes(layer)}
              onChange={(e) =>
                setLayers(e.currentTarget.checked ? [...layers, layer] : layers.filter((l) => l !== layer))
              }
            />{" "}
            {t(`webhook.layer.${layer}`)}
          </label>
        ))}
      </fieldset>
      <StartChoice
        choices={["now", "start", "after"]}
        start={start}
        after={after}
        onStart={setStart}
        onAfter={setAfter}
      />
    </FormDialog>
  );
}

/** Send changes again: the last few to try the way, from a number, or all. */
export function SendAgain({ hook, onDone, onClose }: { hook: WebhookRow; onDone: () => void; onClose: () => void }) {
  const [start, setStart] = useState<Start>("recent");
  const [after, setAfter] = useState(hook.delivered_up_to);
  const lost = leftOut(start, after, hook);
  return (
    <FormDialog
      title={t("webhook.replay.title", { to: hostOf(hook.url) })}
      verb={t("webhook.replay")}
      ready
      danger={lost > 0}
      save={() => replayWebhook(hook.id, sinceOf(start, after, hook.delivered_up_to)).then(onDone)}
      onClose={onClose}
    >
      <p>{t("webhook.replay.what", { n: number(hook.delivered_up_to) })}</p>
      <StartChoice
        choices={["recent", "after", "start", "skip"]}
        start={start}
        after={after}
        onStart={setStart}
        onAfter={setAfter}
      />
      {lost > 0 && (
        <p class="caution" role="status">
          {t("webhook.replay.left_out", { n: number(lost) })}
        </p>
      )}
    </FormDialog>
  );
}
