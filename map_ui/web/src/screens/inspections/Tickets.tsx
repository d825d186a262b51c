import { timeText } from "../../format";
import { LineTable } from "../../parts/LineTable";
import { Trouble } from "../../parts/parts";
import { complain } from "../../shell/notices";
import { named, t } from "../../words";
import { moveTicket, openTicket, readNoAccess, readTickets } from "./api";
import { useRead } from "./useRead";

/** Dwellings visited in vain, and the tickets that a person decided to send (SG-12). */
export function Tickets() {
  const homes = useRead(readNoAccess, []);
  const tickets = useRead(readTickets, []);
  const wrong = homes.wrong ?? tickets.wrong;
  async function act(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      complain(error);
    }
    homes.again();
    tickets.again();
  }
  if (wrong) return <Trouble error={wrong} again={() => void act(Promise.resolve())} />;
  return (
    <div class="page">
      <p class="quiet-text">{t("inspections.tickets.offer")}</p>
      {homes.found && !homes.found.length && <p>{t("inspections.tickets.none")}</p>}
      {(homes.found ?? []).length > 0 && (
        <LineTable
          heads={["inspections.tickets.dwelling", { figures: "inspections.tickets.days" }, "inspections.last_visit"]}
          acts="inspections.tickets.open"
        >
          {homes.found!.map((h) => (
            <tr key={h.dwelling_code}>
              <td>{h.dwelling_code}</td>
              <td class="right">{h.days}</td>
              <td>{timeText(h.last_at, true)}</td>
              <td class="right">
                <button type="button" onClick={() => void act(openTicket(h.dwelling_code))}>
                  {t("inspections.tickets.open")}
                </button>
              </td>
            </tr>
          ))}
        </LineTable>
      )}
      <h2>{t("inspections.tab.tickets")}</h2>
      <ul class="list">
        {(tickets.found ?? []).map((ticket) => {
          const last = ticket.history[ticket.history.length - 1];
          return (
            <li key={ticket.id}>
              {ticket.dwelling_code} <span class="chip">{named("inspection.ticket", ticket.state)}</span>
              <span class="quiet-text">
                {last && timeText(last.at, true)} {last?.answer ? named("inspection.ticket_answer", last.answer) : ""}{" "}
                {last?.reference ?? ""}
              </span>
              <span class="push">
                {ticket.state === "draft" && (
                  <button type="button" onClick={() => void act(moveTicket(ticket.id, "sent"))}>
                    {t("inspections.tickets.send")}
                  </button>
                )}
                {(ticket.state === "draft" || ticket.state === "sent") && (
                  <button type="button" class="quiet" onClick={() => void act(moveTicket(ticket.id, "withdrawn"))}>
                    {t("inspections.tickets.withdraw")}
                  </button>
                )}
              </span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
