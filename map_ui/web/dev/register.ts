/** Made-up data management: columns of a kind, quality overview. */

export function columns(kind: string): object {
  return {
    kind,
    fields: [
      {
        field: "dwelling_code",
        name: "房屋编码",
        name_en: "Dwelling code",
        required: true,
        aliases: ["房屋编码", "房屋代码"],
      },
      {
        field: "visited_at",
        name: "核查时间",
        name_en: "Time of visit",
        required: true,
        aliases: ["核查时间", "走访时间"],
      },
      { field: "outcome", name: "结果", name_en: "Outcome", required: true, aliases: ["结果"] },
      { field: "checked", name: "核查人数", name_en: "Checked", required: false, aliases: ["核查人数"] },
      { field: "correct", name: "正确人数", name_en: "Correct", required: false, aliases: ["正确人数"] },
    ],
  };
}

export function quality(): object {
  return {
    as_of: "2026-03-31",
    measures: [
      { key: "link_rate", numerator: 96231, denominator: 100231, value: 0.9601, target: 0.99 },
      { key: "dwellings_with_record", numerator: 39111, denominator: 41290, value: 0.9472, target: 1 },
      { key: "duplicates", numerator: 214, denominator: 100231, value: 0.0021, target: 0 },
      { key: "to_register", numerator: 311, denominator: 38412, value: 0.0081, target: 0 },
      { key: "to_deregister", numerator: 402, denominator: 38412, value: 0.0105, target: 0 },
      { key: "buildings_without_footprint", numerator: 23, denominator: 6012, value: 0.0038, target: 0 },
    ],
    by_committee: Array.from({ length: 23 }, (_, k) => ({
      code: `310199001${String(k + 1).padStart(3, "0")}`,
      name: `居委会 ${k + 1}`,
      link_rate: 0.93 + (k % 7) / 100,
      dwellings_with_record: 0.9 + (k % 9) / 100,
      duplicates: k % 5,
      to_register: k % 11,
      to_deregister: (k * 3) % 13,
    })),
    issues: [
      { kind: "unlinked", n: 4000, detail: "登记的房屋编码在房屋表中找不到" },
      { kind: "retired_dwelling", n: 31, detail: "登记指向已注销的房屋" },
    ],
  };
}
