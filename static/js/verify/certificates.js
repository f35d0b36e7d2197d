// Certificates of signers and of the authorities that issue them, by the rules of a Fabric MSP with node OUs.
import { decode, fromBase64, same, sha256, toHex } from "./bytes.js";
import { TAG, elements, expect, natural, oid, only, text, time } from "./der.js";
import { FormatError, format } from "./errors.js";
import { parseJson } from "./json.js";
import { keyInfo, memberKey, signedBy } from "./keys.js";
import { isObject } from "./shape.js";

const PEM = /^-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----(?:\r?\n)?$/;
const UNIT = "2.5.4.11";
const ATTRIBUTES = "1.2.3.4.5.6.7.8.1";
const CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
const UNDERSTOOD = new Set([CONSTRAINTS, KEY_USAGE, "2.5.29.37", "2.5.29.17"]);
const MAY_ISSUE = 0x04; // keyCertSign, the sixth bit

// One certificate in PEM and nothing besides it.
export function readCertificate(pem) {
  const [, body] = PEM.exec(pem) ?? format("not one PEM certificate");
  const der = fromBase64(body.replace(/[\r\n]/g, ""), "certificate");
  const [signed, algorithm, signature, ...more] = elements(only(der, TAG.sequence, "certificate"));
  const bits = expect(signature, TAG.bits, "signature of a certificate");
  const parts = elements(expect(signed, TAG.sequence, "certificate's body"));
  if (parts[0]?.tag === TAG.version) parts.shift();
  const [serial, inner, issuer, validity, subject, spki, ...rest] = parts;
  if (more.length || bits[0] !== 0 || !spki || !same(inner.whole, algorithm.whole)) format("not a readable certificate");
  const [first, last] = elements(expect(validity, TAG.sequence, "validity"));
  return {
    der,
    signed: signed.whole,
    algorithm: expect(algorithm, TAG.sequence, "signature algorithm"),
    signature: bits.subarray(1),
    serial: natural(expect(serial, TAG.integer, "serial number")),
    issuer: issuer.whole,
    subject: subject.whole,
    window: [time(first), time(last)],
    key: keyInfo(spki.whole),
    units: unitsOf(expect(subject, TAG.sequence, "subject")),
    extensions: extensionsOf(rest),
  };
}

function unitsOf(subject) {
  const pairs = elements(subject).flatMap((one) => elements(expect(one, TAG.set, "part of a name")));
  const named = pairs.map((pair) => elements(expect(pair, TAG.sequence, "part of a name")));
  return named.filter(([name]) => oid(expect(name, TAG.oid, "name")) === UNIT).map(([, value]) => text(value));
}

function extensionsOf(rest) {
  const found = new Map();
  const outer = rest.find((one) => one.tag === TAG.extensions);
  for (const one of outer ? elements(only(outer.content, TAG.sequence, "extensions")) : []) {
    const [name, ...parts] = elements(expect(one, TAG.sequence, "extension"));
    const id = oid(expect(name, TAG.oid, "extension's name"));
    const critical = parts[0]?.tag === TAG.boolean && parts.shift().content[0] === 0xff;
    if (found.has(id)) format("a certificate's extension is given twice");
    found.set(id, { critical, value: expect(parts[0], TAG.octets, "extension's value") });
  }
  return found;
}

// What the extensions say: { authority, mayIssue, limit }; a critical one that is not understood is refused.
function powers(certificate, authority) {
  for (const [id, { critical }] of certificate.extensions) {
    if (critical && !UNDERSTOOD.has(id)) format("the certificate has a critical extension that is not understood");
  }
  const constraints = certificate.extensions.get(CONSTRAINTS);
  const [ca, limit] = constraints ? elements(only(constraints.value, TAG.sequence, "constraints")) : [];
  if ((ca?.tag === TAG.boolean && ca.content[0] === 0xff) !== authority) {
    format(authority ? "the certificate is not an authority's" : "a certificate authority signed");
  }
  const usage = certificate.extensions.get(KEY_USAGE);
  if (authority && usage && !(only(usage.value, TAG.bits, "key usage")[1] & MAY_ISSUE)) {
    format("the authority's certificate may not sign certificates");
  }
  return limit ? Number(natural(expect(limit, TAG.integer, "limit of a chain"))) : null;
}

async function issuersOf(certificate, candidates) {
  const found = [];
  for (const one of candidates) if (await issued(certificate, one.certificate)) found.push(one);
  return found;
}

async function issued(certificate, issuer) {
  const { algorithm, signature, signed } = certificate;
  return same(certificate.issuer, issuer.subject) && (await signedBy(issuer.key, algorithm, signature, signed));
}

const later = (one, other) => (one > other ? one : other);
const earlier = (one, other) => (one < other ? one : other);

// When the certificate and all above it, on one way to a root, are valid.
function windowsOf(certificate, above) {
  const [first, last] = certificate.window;
  return above.flatMap((one) => one.windows.map(([start, end]) => [later(first, start), earlier(last, end)]));
}

// The authorities of one organisation from its PEM certificates; each must lead to a root.
export async function authorities(roots, intermediates) {
  const found = [];
  for (const pem of roots) found.push(await authority(readCertificate(pem), null));
  let waiting = intermediates.map(readCertificate);
  while (waiting.length) {
    const still = [];
    const ready = [];
    for (const one of waiting) {
      const above = await issuersOf(one, found);
      if (above.length) ready.push(await authority(one, above));
      else still.push(one);
    }
    if (!ready.length) format("an intermediate certificate does not lead to a root");
    found.push(...ready);
    waiting = still;
  }
  return found;
}

async function authority(certificate, above) {
  const own = powers(certificate, true);
  if (!above && !(await issued(certificate, certificate))) format("a root certificate is not signed by itself");
  const limits = (above ?? []).filter((one) => one.depth !== null).map((one) => one.depth - 1);
  const depth = [...limits, ...(own === null ? [] : [own])].reduce((least, one) => Math.min(least, one), Infinity);
  if (depth < 0) format("more authorities stand below one another than their certificates allow");
  const windows = above ? windowsOf(certificate, above) : [certificate.window];
  return { certificate, windows, depth: depth === Infinity ? null : depth };
}

// A member's certificate, chained to one of its organisation's authorities.
export async function signer(mspId, pem, issuing, nodeOUs) {
  const certificate = readCertificate(decode(pem, "certificate"));
  const windows = windowsOf(certificate, await issuersOf(certificate, issuing));
  if (!windows.length) format(`the certificate was not issued by ${mspId}`);
  powers(certificate, false);
  return {
    mspId,
    roles: Object.keys(nodeOUs).filter((role) => certificate.units.includes(nodeOUs[role])),
    key: await memberKey(certificate.key),
    serial: certificate.serial,
    fingerprint: toHex(await sha256(certificate.der)),
    windows,
    custodial: attributes(certificate).custodial === "true",
  };
}

export const hasRole = (one, ...accepted) => one.roles.length === 1 && accepted.includes(one.roles[0]);
export const validAt = (one, moment) => one.windows.some(([first, last]) => first <= moment && moment <= last);

function attributes(certificate) {
  const given = certificate.extensions.get(ATTRIBUTES);
  try {
    const value = given ? parseJson(decode(given.value, "attributes")) : {};
    return isObject(value.attrs) ? value.attrs : {};
  } catch (error) {
    if (error instanceof FormatError) return {};
    throw error;
  }
}
