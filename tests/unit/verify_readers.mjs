// Run by `node --test`: the strict readers under the page's verifier.
import assert from "node:assert/strict";
import { test } from "node:test";

const folder = new URL("../../static/js/verify/", import.meta.url);
const load = (name) => import(new URL(`${name}.js`, folder));
const { fromBase64, toHex } = await load("bytes");
const { FormatError } = await load("errors");
const { parseJson, writeJson } = await load("json");
const { MESSAGES, read } = await load("protobuf");
const { elements, natural, oid, time } = await load("der");
const { timeFrom, timeText } = await load("times");

const refuses = (work) => assert.throws(work, FormatError);
const bytes = (...values) => Uint8Array.from(values.flat());

test("JSON that readers could understand differently is refused", () => {
  for (const text of [
    "", "{", "[1,]", "{,}", '{"a":1,"a":1}', '{"a":1,"\\u0061":2}', "01", "+1", ".5", "1.", "NaN", "Infinity", "1e400", "-",
    "9007199254740992", "0.1000000000000000001", "1e21", '"\\ud800"', '"\t"', "'a'", "[1] []", "\ufeff1", "tru", '"\\x41"',
    "[".repeat(65) + "]".repeat(65),
  ]) refuses(() => parseJson(text));
  assert.deepEqual(parseJson("[".repeat(64) + "]".repeat(64)).length, 1);
});

test("numbers come out in their one form however they were written", () => {
  for (const [text, one] of [["3.0", "3"], ["3e0", "3"], ["-0", "0"], ["0.10", "0.1"], ["1E-7", "1e-7"], ["100e-1", "10"], ["0e999", "0"]]) {
    assert.equal(writeJson(parseJson(text)), one);
  }
});

test("RFC 8785 sorts by UTF-16 code units and escapes as ECMAScript does", () => {
  assert.equal(writeJson(parseJson('{"\ufb33":2,"\u{1f600}":1,"__proto__":{"b":[],"a":null}}')), '{"__proto__":{"a":null,"b":[]},"\u{1f600}":1,"\ufb33":2}');
  assert.equal(writeJson(parseJson('"\\u2028\\/\\u001f"')), '"\u2028/\\u001f"');
  for (const value of [NaN, 1n, undefined, "\ud800", 2 ** 53]) refuses(() => writeJson(value));
});

test("base64 is accepted in its one form", () => {
  assert.equal(toHex(fromBase64("AP8=", "x")), "00ff");
  for (const text of ["AP9=", "AP8", "AP8=\n", "A===", "_-__", "AP8=AP8="]) refuses(() => fromBase64(text, "x"));
});

test("a protobuf message is read strictly", () => {
  assert.equal(read(MESSAGES.response, bytes(8, 200, 1, 26, 1, 7)).status, 200);
  for (const wrong of [
    [8, 200, 1, 8, 200, 1], // met twice
    [32, 1], // unknown
    [10, 0], // wrong wire type
    [8, 200, 129, 0], // a number not in its shortest form
    [8, 128, 128, 128, 128, 16], // beyond 32 bits
    [26, 5, 1], // shorter than it says
    [26, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1], // a negative length
    [18, 1, 255], // not UTF-8
    [8], [136], [8, ...Array(10).fill(128), 1],
  ]) refuses(() => read(MESSAGES.response, bytes(wrong)));
  assert.equal(read(MESSAGES.processed, bytes(16, ...Array(9).fill(255), 1)).validationCode, -1);
  refuses(() => read(MESSAGES.write, bytes(16, 2)));
});

test("DER is read in its shortest form", () => {
  refuses(() => elements(bytes(0x30, 0x81, 1, 0)));
  refuses(() => elements(bytes(0x30, 0x80, 0, 0)));
  refuses(() => elements(bytes(0x30, 2, 0)));
  for (const wrong of [[], [0x80], [0, 0x7f]]) refuses(() => natural(bytes(wrong)));
  assert.equal(natural(bytes(0, 0x80)), 128n);
  assert.equal(oid(bytes(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07)), "1.2.840.10045.3.1.7");
  const utc = (text) => time({ tag: 0x17, content: new TextEncoder().encode(text) });
  assert.equal(utc("500101000000Z"), -631152000n * 10n ** 9n);
  assert.equal(utc("490101000000Z"), 2493072000n * 10n ** 9n);
  for (const text of ["4901010000Z", "490101000000", "490230000000Z", "490101000000+0100"]) refuses(() => utc(text));
});

test("times are exact and their days exist", () => {
  assert.equal(timeText(timeFrom("2026-05-14T11:12:00.123456789+02:00", "x")), "2026-05-14T09:12:00.123Z");
  for (const text of ["2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00+15:00"]) {
    refuses(() => timeFrom(text, "x"));
  }
});
