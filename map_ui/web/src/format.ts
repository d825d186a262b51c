/** Numbers, months and days as offices write them; the twin of map_ui/wording.py. */

import { lang } from "./words";

export const ABSENT = "—";
const MONTHS_EN = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

type Maybe = number | null | undefined;

/** Half up in decimal: 1.005 is 1.01 although its binary neighbour is below. */
function rounded(value: number, digits: number): string {
  const scaled = Math.abs(value) * 10 ** digits;
  const whole = Math.floor(scaled + 0.5 + Number.EPSILON * scaled * 4);
  const text = (whole / 10 ** digits).toFixed(digits);
  return value < 0 && whole > 0 ? `−${text}` : text;
}

export function number(value: Maybe, digits = 0): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return ABSENT;
  const [whole, part] = rounded(value, digits).split(".") as [string, string | undefined];
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return part ? `${grouped}.${part}` : grouped;
}

export function percent(share: Maybe, digits = 1): string {
  return share === null || share === undefined || !Number.isFinite(share) ? ABSENT : `${number(share * 100, digits)}%`;
}

/** A signed share, +5.2% or −3.0%; within the last digit of nothing, 0%. */
export function signedPercent(share: Maybe, digits = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return ABSENT;
  const text = percent(share, digits);
  return share > 0 && Number(text.slice(0, -1)) !== 0 ? `+${text}` : text;
}

export function monthText(month: string): string {
  const [year, n] = month.split("-").map(Number) as [number, number];
  return lang.value === "zh" ? `${year}年${n}月` : `${MONTHS_EN[n - 1]} ${year}`;
}

/** For tight places: 2026年3月 stays whole in Chinese, Mar 2026 in English. */
export function shortMonth(month: string): string {
  const [year, n] = month.split("-").map(Number) as [number, number];
  return lang.value === "zh" ? `${year}年${n}月` : `${MONTHS_EN[n - 1]?.slice(0, 3)} ${year}`;
}

export function dayText(day: string | null | undefined): string {
  if (!day) return ABSENT;
  const [year, month, date] = day.slice(0, 10).split("-").map(Number) as [number, number, number];
  return lang.value === "zh" ? `${year}年${month}月${date}日` : `${date} ${MONTHS_EN[month - 1]} ${year}`;
}

/** The clock of the place the town is in, whatever the office PC is set to. */
export function timeText(moment: string | Date, withDay = false): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: "Asia/Shanghai",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(new Date(moment));
  const part = (type: string) => parts.find((p) => p.type === type)?.value ?? "";
  const clock = `${part("hour")}:${part("minute")}`;
  return withDay ? `${dayText(`${part("year")}-${part("month")}-${part("day")}`)} ${clock}` : clock;
}
