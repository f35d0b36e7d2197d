// JSON read in one way only, and written as RFC 8785 says. What two readers could understand differently is refused:
// a member named twice, numbers that a double changes, lone surrogates, nesting beyond 64.
import { format } from "./errors.js";

const DEEPEST = 64;
const LONGEST_NUMBER = 64;
const SPACE = /[ \t\n\r]*/y;
const TEXT = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const WORD = /true|false|null/y;
const LONE_SURROGATE = /\p{Surrogate}/u;

export function parseJson(text) {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  if (reader.look() !== undefined) format("something follows the end of the JSON text");
  return value;
}

// Objects are without a prototype, so that no name means anything special.
class JsonReader {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  look() {
    this.take(SPACE);
    return this.text[this.at];
  }

  take(pattern) {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (found) this.at = pattern.lastIndex;
    return found?.[0];
  }

  expect(mark) {
    if (this.look() !== mark) format(`JSON: ${mark} is expected at ${this.at}`);
    this.at += 1;
  }

  value(depth) {
    const first = this.look();
    if (first === "{" || first === "[") {
      if (depth === DEEPEST) format("JSON: nested too deep");
      return first === "{" ? this.object(depth + 1) : this.array(depth + 1);
    }
    if (first === '"') return this.string();
    const word = this.take(WORD);
    if (word) return JSON.parse(word);
    const number = this.take(NUMBER);
    return number ? exactNumber(number) : format(`JSON: no value at ${this.at}`);
  }

  string() {
    const quoted = this.look() === '"' ? this.take(TEXT) : undefined;
    if (quoted === undefined) format(`JSON: no text at ${this.at}`);
    const text = JSON.parse(quoted);
    if (LONE_SURROGATE.test(text)) format("JSON: a lone surrogate");
    return text;
  }

  array(depth) {
    const elements = [];
    this.at += 1;
    if (this.look() !== "]") {
      do elements.push(this.value(depth)); while (this.another());
    }
    this.expect("]");
    return elements;
  }

  object(depth) {
    const members = Object.create(null);
    this.at += 1;
    if (this.look() !== "}") {
      do {
        const name = this.string();
        if (name in members) format(`JSON: member ${name.slice(0, 60)} is named twice`);
        this.expect(":");
        members[name] = this.value(depth);
      } while (this.another());
    }
    this.expect("}");
    return members;
  }

  another() {
    if (this.look() !== ",") return false;
    this.at += 1;
    return true;
  }
}

function exactNumber(text) {
  const value = Number(text);
  if (text.length > LONGEST_NUMBER || !Number.isFinite(value) || decimal(text) !== decimal(String(value))) {
    format("JSON: a number that cannot be kept exactly");
  }
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) format("JSON: a whole number beyond 2^53-1");
  return value === 0 ? 0 : value;
}

// Digits without outer zeros, and the power of ten behind them: the same for all ways to write one number.
function decimal(text) {
  const [, sign, whole, part = "", power = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:e([-+]?\d+))?$/i.exec(text);
  const digits = (whole + part).replace(/^0+/, "");
  const bare = digits.replace(/0+$/, "");
  if (!bare) return "0";
  return `${sign}${bare}e${BigInt(power) - BigInt(part.length) + BigInt(digits.length - bare.length)}`;
}

// RFC 8785: members by UTF-16 code units, numbers and texts as ECMAScript writes them. Throws for what JSON cannot say.
export function writeJson(value, depth = 0) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return LONE_SURROGATE.test(value) ? format("JSON: a lone surrogate") : JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) format("JSON: a number too large");
    return String(value);
  }
  if (typeof value !== "object" || depth === DEEPEST) return format("JSON: not a value, or nested too deep");
  if (Array.isArray(value)) return `[${value.map((one) => writeJson(one, depth + 1)).join(",")}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${writeJson(name)}:${writeJson(value[name], depth + 1)}`).join(",")}}`;
}
