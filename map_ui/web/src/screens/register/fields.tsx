import type { LoadField } from "../../api/types";
import { lang } from "../../words";

/** What a field is called in the language of the screen; the words are those of the file formats themselves. */
export const fieldName = (field: LoadField) => (lang.value === "zh" ? field.name : field.name_en);

/** Its word, and beside it the code that stands in files and in the manual. */
export function FieldName({ field }: { field: LoadField }) {
  return (
    <>
      {fieldName(field)} <code class="beside">{field.field}</code>
    </>
  );
}

/** A column of a report: the field's word where it is one, else the file's own heading. */
export function ColumnName({ column, fields }: { column: string | null; fields: LoadField[] }) {
  const field = fields.find((f) => f.field === column);
  return field ? <FieldName field={field} /> : <>{column ?? "—"}</>;
}
