import { useEffect, useRef, useState } from "preact/hooks";
import { ABSENT, number, timeText } from "../../format";
import { Lead, LineTable } from "../../parts/LineTable";
import { Empty, Trouble } from "../../parts/parts";
import { FormDialog } from "../../shell/FormDialog";
import { complain, tell } from "../../shell/notices";
import { whileSaving } from "../../shell/saving";
import { t } from "../../words";
import { readWebhooks, removeWebhook, renewSecret, switchWebhook, type WebhookRow } from "./data";
import { NewWebhook, SendAgain } from "./WebhookForms";
import { Reading, Secret, useList } from "./parts";
import { hostOf, troubleText } from "./deliveries";

const CHIP = { dead: "chip-wrong", failing: "chip-caution", paused: "", behind: "chip-now", "up-to-date": "chip-now" };
/** Seconds after a deed at which the list is read again: what came of it is seen without asking. */
const LOOK_AGAIN_S = [1, 3, 8, 20];

type Deed = "replay" | "secret" | "remove";
interface RowProps {
  hook: WebhookRow;
  onSwitch: () => void;
  onDeed: (deed: Deed) => void;
}

function Row({ hook, onSwitch, onDeed }: RowProps) {
  const goes = hook.state !== "paused" && hook.state !== "dead";
  return (
    <tr>
      <td class="address">
        {hook.url}
        <span class="quiet-text under">
          {hook.layers.map((layer) => t(`webhook.layer.${layer}`)).join(t("list.and"))}
        </span>
      </td>
      <td>
        <span class={`chip ${CHIP[hook.state]}`}>{t(`webhook.state.${hook.state}`)}</span>{" "}
        <span class="quiet-text">{troubleText(hook)}</span>
      </td>
      <td class="right">{number(hook.behind)}</td>
      <td class="nowrap">
        {hook.last_sent_at ? timeText(hook.last_sent_at, true) : ABSENT}
        {hook.last_sent_at && (
          <span class="quiet-text under">{t("webhook.sent.up_to", { n: number(hook.delivered_up_to) })}</span>
        )}
      </td>
      <td class="right nowrap">
        <button type="button" class="quiet" onClick={() => onDeed("replay")}>
          {t("webhook.replay")}
        </button>
        <button type="button" class="quiet" onClick={() => onDeed("secret")}>
          {t("webhook.secret")}
        </button>
        <button type="button" class="quiet" onClick={() => onDeed("remove")}>
          {t("webhook.remove")}
        </button>
        <button type="button" onClick={onSwitch}>
          {t(goes ? "webhook.pause" : "webhook.resume")}
        </button>
      </td>
    </tr>
  );
}

/** Reads the list now, and a few times more while deliveries follow. */
function useLookingAgain(again: () => void): () => void {
  const timers = useRef<number[]>([]);
  const forget = () => timers.current.splice(0).forEach(clearTimeout);
  useEffect(() => forget, []);
  return () => {
    forget();
    again();
    timers.current = LOOK_AGAIN_S.map((seconds) => window.setTimeout(again, seconds * 1000));
  };
}

/** Addresses of other systems that are sent what changes: where each stands, and what can be done about it. */
export function Webhooks() {
  const { found, wrong, again } = useList(readWebhooks);
  const lookAgain = useLookingAgain(again);
  const [adding, setAdding] = useState(false);
  const [asking, setAsking] = useState<{ deed: Deed; hook: WebhookRow } | null>(null);
  const [secret, setSecret] = useState<(WebhookRow & { secret: string }) | null>(null);
  if (wrong) return <Trouble error={wrong} again={again} />;
  if (!found) return <Reading />;
  const shown = (made: WebhookRow & { secret: string }) => {
    setAdding(false);
    setAsking(null);
    setSecret(made);
    lookAgain();
  };
  const close = () => setAsking(null);
  const done = (words: string) => () => {
    close();
    tell(words);
    lookAgain();
  };
  const to = asking ? hostOf(asking.hook.url) : "";
  const register = (
    <button type="button" class="primary" onClick={() => setAdding(true)}>
      {t("webhook.new")}
    </button>
  );
  return (
    <>
      <Lead what={t("webhook.what")}>
        {found.length > 0 && (
          <button type="button" onClick={again}>
            {t("action.refresh")}
          </button>
        )}
        {found.length > 0 && register}
      </Lead>
      {found.length === 0 ? (
        <Empty action={register}>{t("webhook.none")}</Empty>
      ) : (
        <LineTable
          kind="webhooks"
          heads={["webhook.url_and_layers", "admin.state", { figures: "webhook.waiting" }, "webhook.sent"]}
        >
          {found.map((hook) => (
            <Row
              key={hook.id}
              hook={hook}
              onSwitch={() =>
                void whileSaving(switchWebhook(hook.id, hook.state === "paused" || hook.state === "dead")).then(
                  lookAgain,
                  complain,
                )
              }
              onDeed={(deed) => setAsking({ deed, hook })}
            />
          ))}
        </LineTable>
      )}
      {adding && <NewWebhook onMade={shown} onClose={() => setAdding(false)} />}
      {asking?.deed === "replay" && (
        <SendAgain hook={asking.hook} onDone={done(t("webhook.replayed"))} onClose={close} />
      )}
      {asking?.deed === "secret" && (
        <FormDialog
          title={t("webhook.secret.title", { to })}
          verb={t("webhook.secret")}
          ready
          danger
          save={() => renewSecret(asking.hook.id).then(shown)}
          onClose={close}
        >
          <p>{t("webhook.secret.what")}</p>
        </FormDialog>
      )}
      {asking?.deed === "remove" && (
        <FormDialog
          title={t("webhook.remove.title", { to })}
          verb={t("webhook.remove")}
          ready
          danger
          save={() => removeWebhook(asking.hook.id).then(done(t("webhook.removed")))}
          onClose={close}
        >
          <p>{t("webhook.remove.what", { n: number(asking.hook.behind) })}</p>
        </FormDialog>
      )}
      {secret && (
        <Secret
          title={t("webhook.secret.shown", { to: hostOf(secret.url) })}
          secret={secret.secret}
          onClose={() => setSecret(null)}
        />
      )}
    </>
  );
}
