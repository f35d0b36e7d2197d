// Reading untrusted JSON values: each function takes a value and its path, and gives it back or refuses it.
import { fromBase64, fromHex } from "./bytes.js";
import { format } from "./errors.js";

const HEX = /^(?:[0-9a-f]{2})*$/;

export const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

// An object with all of `required` and nothing besides them and `optional`.
export function members(value, path, required, optional = []) {
  if (!isObject(value)) format(`${path}: not an object`);
  for (const name of required) if (!Object.hasOwn(value, name)) format(`${path}: member '${name}' is missing`);
  for (const name of Object.keys(value)) {
    if (!required.includes(name) && !optional.includes(name)) format(`${path}: unknown member '${name.slice(0, 60)}'`);
  }
  return value;
}

export const list = (value, path) => (Array.isArray(value) ? value : format(`${path}: not a list`));
export const string = (value, path) => (typeof value === "string" ? value : format(`${path}: not a text`));
export const integer = (value, path) => (Number.isSafeInteger(value) ? value : format(`${path}: not an integer`));
export const truth = (value, path) => (typeof value === "boolean" ? value : format(`${path}: not true or false`));
export const blob = (value, path) => fromBase64(string(value, path), path);

// Bytes in lower-case hex; `size` is their number where it is fixed.
export function hex(value, path, size) {
  const digits = string(value, path);
  if (!HEX.test(digits) || (size !== undefined && digits.length !== 2 * size)) format(`${path}: not bytes in lower-case hex`);
  return fromHex(digits);
}
