// Instants as whole nanoseconds since 1970 in UTC (BigInt), so that comparing them rounds nothing away.
import { format } from "./errors.js";
import { MESSAGES, read } from "./protobuf.js";

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,12}))?(Z|[+-]\d\d:\d\d)$/;
const END = 253402300800n; // the year 10000, in seconds
const FIRST = -62135596800000; // the year 1, in milliseconds

// Of a protobuf Timestamp.
export function timeOf(bytes) {
  const { seconds, nanos } = read(MESSAGES.timestamp, bytes);
  if (!(seconds > 0n && seconds < END && nanos >= 0 && nanos < 1e9)) format("Timestamp: out of range");
  return seconds * 1_000_000_000n + BigInt(nanos);
}

// In UTC with milliseconds, what is finer cut off, as the contract writes its transaction's time.
export const timeText = (nanoseconds) => new Date(Number(nanoseconds / 1_000_000n)).toISOString();

// Of an RFC 3339 time; digits beyond microseconds are cut.
export function timeFrom(text, path) {
  const [, year, month, day, hour, minute, second, fraction = "", zone] = RFC3339.exec(text) ?? format(`${path}: not a time`);
  const offset = zone === "Z" ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  if (offset > 14 * 60 || (zone !== "Z" && Number(zone.slice(4)) > 59)) format(`${path}: not a time`);
  const local = utcMilliseconds([year, month, day, hour, minute, second].map(Number), path);
  const utc = local - (zone[0] === "-" ? -offset : offset) * 60_000;
  if (utc < FIRST || utc >= Number(END) * 1000) format(`${path}: not a time`);
  return BigInt(utc) * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, "0")) * 1000n;
}

export function utcMilliseconds([year, month, day, hour, minute, second], path) {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const back = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCHours(), date.getUTCMinutes()];
  if (year < 1 || second > 59 || back.join() !== [year, month, day, hour, minute].join()) format(`${path}: not a time`);
  return date.getTime();
}
