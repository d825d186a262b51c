import { Trouble } from "../../parts/parts";
import { named, t } from "../../words";
import { readRoles } from "./data";
import { Reading, useList } from "./parts";

/** Who may do what, as the service enforces it: one row per permission, one column per role. */
export function Roles() {
  const { found, wrong, again } = useList(readRoles);
  if (wrong) return <Trouble error={wrong} again={again} />;
  if (!found) return <Reading />;
  const roles = Object.keys(found);
  const permissions = [...new Set(Object.values(found).flat())].sort(
    (a, b) => roles.filter((r) => found[r]?.includes(b)).length - roles.filter((r) => found[r]?.includes(a)).length,
  );
  return (
    <div class="scroll-x" tabIndex={0} role="region" aria-label={t("admin.roles")}>
      <p class="quiet-text">{t("admin.roles.what")}</p>
      <table class="plain matrix">
        <thead>
          <tr>
            <th scope="col">{t("admin.permission")}</th>
            {roles.map((r) => (
              <th key={r} scope="col" class="centred">
                {named("role", r)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {permissions.map((p) => (
            <tr key={p}>
              <th scope="row">{named("permission", p)}</th>
              {roles.map((r) => (
                <td key={r} class="centred">
                  {found[r]?.includes(p) ? <span aria-label={t("yes")}>●</span> : <span aria-label={t("no")}>·</span>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
