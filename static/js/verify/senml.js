// Whether bytes are a SenML pack (RFC 8428) in JSON: a list of records, each with a name and one value or a sum.
import { decode } from "./bytes.js";
import { format } from "./errors.js";
import { parseJson } from "./json.js";
import { isObject } from "./shape.js";

const KINDS = new Map([
  ...["bt", "bv", "bs", "v", "s", "t", "ut"].map((name) => [name, "number"]),
  ...["bn", "bu", "n", "u", "vs", "vd"].map((name) => [name, "string"]),
  ["vb", "boolean"],
]);
const VALUES = ["v", "vs", "vb", "vd"];
const NAME = /^[A-Za-z0-9][A-Za-z0-9:./_-]*$/;
const HIGHEST_VERSION = 10;

export function checkPack(bytes) {
  const records = parseJson(decode(bytes, "SenML"));
  if (!Array.isArray(records) || !records.length) format("not a list of records");
  let base = "";
  for (const [at, record] of records.entries()) {
    if (!isObject(record)) format(`record ${at} is not an object`);
    checkKinds(record, at);
    base = record.bn ?? base;
    if (!NAME.test(base + (record.n ?? ""))) format(`record ${at} has no proper name`);
    const values = VALUES.filter((name) => Object.hasOwn(record, name)).length;
    if (values > 1 || !(values || Object.hasOwn(record, "s"))) format(`record ${at} has ${values} values`);
  }
}

function checkKinds(record, at) {
  for (const [name, value] of Object.entries(record)) {
    if (name.endsWith("_")) format(`record ${at} has '${name.slice(0, 40)}', that a reader must understand`);
    if (KINDS.has(name) && typeof value !== KINDS.get(name)) format(`record ${at}: '${name}' is of another kind`);
    if (name === "bver" && !(Number.isInteger(value) && value > 0 && value <= HIGHEST_VERSION)) format(`record ${at}: 'bver' is of another kind`);
  }
}
