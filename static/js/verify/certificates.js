// Certificates of signers and of the authorities that issue them, by the rules of a Fabric MSP with node OUs.
import { decode, encode, same, sha256, toHex } from "./bytes.js";
import { FormatError, format } from "./errors.js";
import { parseJson } from "./json.js";
import { memberKey, signedBy } from "./keys.js";
import { isObject } from "./shape.js";
import { powersOf, readCertificate } from "./x509.js";

const ATTRIBUTES = "1.2.3.4.5.6.7.8.1";

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
  for (const pem of roots) found.push(await authority(readCertificate(encode(pem)), null));
  let waiting = intermediates.map((pem) => readCertificate(encode(pem)));
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

function checkedPowers(certificate, authority) {
  const powers = powersOf(certificate);
  if (powers.authority !== authority) format(authority ? "the certificate is not an authority's" : "a certificate authority signed");
  if (authority && !powers.mayIssue) format("the authority's certificate may not sign certificates");
  if (!authority && !powers.maySign) format("the certificate's key may not sign");
  return powers;
}

async function authority(certificate, above) {
  const { limit: own } = checkedPowers(certificate, true);
  if (!above && !(await issued(certificate, certificate))) format("a root certificate is not signed by itself");
  const limits = (above ?? []).filter((one) => one.depth !== null).map((one) => one.depth - 1);
  const depth = [...limits, ...(own === null ? [] : [own])].reduce((least, one) => Math.min(least, one), Infinity);
  if (depth < 0) format("more authorities stand below one another than their certificates allow");
  const windows = above ? windowsOf(certificate, above) : [certificate.window];
  return { certificate, windows, depth: depth === Infinity ? null : depth };
}

// A member's certificate, chained to one of its organisation's authorities.
export async function signer(mspId, pem, issuing, nodeOUs) {
  const certificate = readCertificate(pem);
  const windows = windowsOf(certificate, await issuersOf(certificate, issuing));
  if (!windows.length) format(`the certificate was not issued by ${mspId}`);
  checkedPowers(certificate, false);
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
    return isObject(value) && isObject(value.attrs) ? value.attrs : {};
  } catch (error) {
    if (error instanceof FormatError) return {};
    throw error;
  }
}
