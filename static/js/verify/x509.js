// What an X.509 certificate says, read in one way only: in DER, in PEM without anything around it.
import { decode, fromBase64, same } from "./bytes.js";
import { TAG, elements, exactly, expect, firstBits, isTrue, natural, oid, only, text, time, wholeBits } from "./der.js";
import { format } from "./errors.js";
import { keyInfo } from "./keys.js";

const PEM = /^-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----(?:\r?\n)?$/;
const LARGEST_CERTIFICATE = 64 * 1024;
const V3 = [2, 1, 2];
const UNIT = "2.5.4.11";
const CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
const UNDERSTOOD = new Set([CONSTRAINTS, KEY_USAGE, "2.5.29.37", "2.5.29.17"]); // also its use and other names
const MAY_SIGN = 0x80;
const MAY_ISSUE = 0x04;

// One certificate in PEM (bytes) and nothing besides it.
export function readCertificate(pem) {
  if (pem.length > LARGEST_CERTIFICATE) format("not one PEM certificate");
  const [, body] = PEM.exec(decode(pem, "certificate")) ?? format("not one PEM certificate");
  const der = fromBase64(body.replace(/[\r\n]/g, ""), "certificate");
  const [signed, algorithm, signature] = exactly(only(der, TAG.sequence, "certificate"), 3, "a certificate");
  const [serial, inner, issuer, validity, subject, spki, extensions] = bodyOf(expect(signed, TAG.sequence, "body"));
  if (!same(inner.whole, algorithm.whole)) format("two signature algorithms");
  const [first, last] = exactly(expect(validity, TAG.sequence, "validity"), 2, "two times");
  unitsOf(issuer);
  return {
    der,
    signed: signed.whole,
    algorithm: expect(algorithm, TAG.sequence, "signature algorithm"),
    signature: wholeBits(expect(signature, TAG.bits, "signature of a certificate")),
    serial: serialOf(serial),
    issuer: issuer.whole,
    subject: subject.whole,
    units: unitsOf(subject),
    window: [time(first), time(last)],
    key: keyInfo(spki.whole),
    extensions: extensions ? extensionsOf(extensions) : new Map(),
  };
}

// Six parts, and the extensions if there are any; those are of version 3, that is named then.
function bodyOf(bytes) {
  const parts = elements(bytes);
  const named = parts[0]?.tag === TAG.version;
  if (named && !same(parts.shift().content, V3)) format("a certificate of another version than 1 and 3");
  if (parts.length !== 6 && !(named && parts.length === 7)) format("a certificate with other parts than it has");
  return parts;
}

function serialOf(one) {
  const serial = natural(expect(one, TAG.integer, "serial number"));
  return serial >> 256n ? format("an enormous serial number") : serial;
}

// The organisational units in a name.
function unitsOf(name) {
  const pairs = elements(expect(name, TAG.sequence, "name")).flatMap((one) => elements(expect(one, TAG.set, "part of a name")));
  const named = pairs.map((pair) => exactly(expect(pair, TAG.sequence, "part of a name"), 2, "a part of a name"));
  return named.filter(([kind]) => oid(expect(kind, TAG.oid, "kind of a name")) === UNIT).map(([, value]) => text(value));
}

function extensionsOf(outer) {
  const found = new Map();
  for (const one of elements(only(expect(outer, TAG.extensions, "extensions"), TAG.sequence, "extensions"))) {
    const parts = elements(expect(one, TAG.sequence, "extension"));
    const critical = parts.length === 3 && isTrue(expect(parts[1], TAG.boolean, "word on criticality"));
    if (parts.length !== 2 && parts.length !== 3) format("DER: not an extension");
    const id = oid(expect(parts[0], TAG.oid, "extension's name"));
    if (found.has(id)) format("a certificate's extension is given twice");
    found.set(id, { critical, value: expect(parts.at(-1), TAG.octets, "extension's value") });
  }
  return found;
}

// What the extensions say: { authority, limit, maySign, mayIssue }; a critical one that is not understood is refused.
export function powersOf({ extensions }) {
  for (const [id, { critical }] of extensions) {
    if (critical && !UNDERSTOOD.has(id)) format("the certificate has a critical extension that is not understood");
  }
  const usage = extensions.get(KEY_USAGE);
  const bits = usage ? firstBits(only(usage.value, TAG.bits, "key usage")) : MAY_SIGN | MAY_ISSUE;
  return { ...constraintsOf(extensions.get(CONSTRAINTS)), maySign: Boolean(bits & MAY_SIGN), mayIssue: Boolean(bits & MAY_ISSUE) };
}

function constraintsOf(extension) {
  const [first, second, ...more] = extension ? elements(only(extension.value, TAG.sequence, "constraints")) : [];
  if (!first) return { authority: false, limit: null };
  const authority = isTrue(expect(first, TAG.boolean, "word on authority"));
  if (more.length) format("DER: more than constraints");
  return { authority, limit: second ? Number(natural(expect(second, TAG.integer, "limit of a chain"))) : null };
}
