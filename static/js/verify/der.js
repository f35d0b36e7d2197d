// DER (X.690), as far as certificates and signatures need it: definite lengths in their shortest form.
import { decode, same, toHex } from "./bytes.js";
import { format } from "./errors.js";
import { utcMilliseconds } from "./times.js";

export const TAG = {
  boolean: 0x01, integer: 0x02, bits: 0x03, octets: 0x04, nothing: 0x05, oid: 0x06, utf8: 0x0c, numeric: 0x12, printable: 0x13, ia5: 0x16,
  utcTime: 0x17, generalizedTime: 0x18, visible: 0x1a, sequence: 0x30, set: 0x31, version: 0xa0, extensions: 0xa3,
};
const HIGH_TAG = 0x1f;
const LONGEST_OID = 64;
const TEXTS = new Set([TAG.utf8, TAG.numeric, TAG.printable, TAG.ia5, TAG.visible]);

// One element at the beginning of `bytes`: its tag, its content, and all of it.
export function element(bytes) {
  if (bytes.length < 2) format("DER: ends early");
  if ((bytes[0] & HIGH_TAG) === HIGH_TAG) format("DER: a tag of several bytes");
  let size = bytes[1];
  let start = 2;
  if (size > 0x80 && size <= 0x84) {
    start += size - 0x80;
    if (bytes.length < start) format("DER: ends early");
    size = 0;
    for (const byte of bytes.subarray(2, start)) size = size * 256 + byte;
    if (bytes[2] === 0 || size < 0x80) format("DER: a length not in its shortest form");
  } else if (size >= 0x80) format("DER: an indefinite or enormous length");
  if (start + size > bytes.length) format("DER: ends early");
  return { tag: bytes[0], content: bytes.subarray(start, start + size), whole: bytes.subarray(0, start + size) };
}

// All elements that `bytes` are made of.
export function elements(bytes) {
  const found = [];
  for (let rest = bytes; rest.length; rest = rest.subarray(found.at(-1).whole.length)) found.push(element(rest));
  return found;
}

export function expect(one, tag, what) {
  if (one?.tag !== tag) format(`DER: no ${what}`);
  return one.content;
}

// The elements of `bytes`, that have to be `count`.
export function exactly(bytes, count, what) {
  const found = elements(bytes);
  if (found.length !== count) format(`DER: not ${what}`);
  return found;
}

// The content of the only element in `bytes`.
export const only = (bytes, tag, what) => expect(exactly(bytes, 1, `one ${what}`)[0], tag, what);

// A positive whole number, in its shortest form.
export function natural(content) {
  if (!content.length || content[0] >= 0x80) format("DER: not a positive number");
  if (content.length > 1 && content[0] === 0 && content[1] < 0x80) format("DER: a number not in its shortest form");
  return BigInt(`0x${toHex(content)}`);
}

// The BOOLEAN true. False is the default wherever certificates have one, and a default is left out in DER.
export const isTrue = (content) => same(content, [0xff]) || format("DER: not the one form of true");

// The bytes of a BIT STRING without unused bits.
export const wholeBits = (content) => (content[0] === 0 ? content.subarray(1) : format("DER: a bit string with unused bits"));

// The first eight bits of a BIT STRING of named bits, the first one highest.
export function firstBits(content) {
  if (!content.length || content[0] > 7 || (content.length === 1 && content[0])) format("DER: not a bit string");
  return content[1] ?? 0;
}

export function oid(content) {
  if (content.length > LONGEST_OID) format("DER: an enormous object identifier");
  const parts = [];
  let value = 0n;
  let begins = true;
  for (const byte of content) {
    if (begins && byte === 0x80) format("DER: an object identifier not in its shortest form");
    value = (value << 7n) | BigInt(byte & 0x7f);
    begins = byte < 0x80;
    if (!begins) continue;
    parts.push(value);
    value = 0n;
  }
  if (!parts.length || !begins) format("DER: not an object identifier");
  const [first] = parts;
  const root = first < 40n ? 0n : first < 80n ? 1n : 2n;
  return [root, first - root * 40n, ...parts.slice(1)].join(".");
}

export function text(one) {
  return TEXTS.has(one.tag) ? decode(one.content, "DER text") : format("DER: a text of an old kind");
}

// Nanoseconds since 1970 of a UTCTime or GeneralizedTime.
export function time(one) {
  const digits = decode(one.content, "DER time");
  const short = one.tag === TAG.utcTime;
  if (!short && one.tag !== TAG.generalizedTime) format("DER: no time");
  const parts = /^(\d{2}|\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  if (!parts || parts[1].length !== (short ? 2 : 4)) format("DER: a time of another form");
  const [year, ...rest] = parts.slice(1).map(Number);
  const full = short ? year + (year >= 50 ? 1900 : 2000) : year;
  return BigInt(utcMilliseconds([full, ...rest], "DER")) * 1_000_000n;
}
