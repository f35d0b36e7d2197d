// ECDSA signatures as the ledger accepts them (P-256, SHA-256, strict DER, low-S), and signatures of certificates.
import { join } from "./bytes.js";
import { TAG, element, elements, expect, natural, oid, only } from "./der.js";
import { format } from "./errors.js";

const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const EC = "1.2.840.10045.2.1";
const RSA = "1.2.840.113549.1.1.1";
const CURVES = { "1.2.840.10045.3.1.7": ["P-256", 32], "1.3.132.0.34": ["P-384", 48], "1.3.132.0.35": ["P-521", 66] };
const SIGNATURES = {
  "1.2.840.10045.4.3.2": ["ECDSA", "SHA-256"],
  "1.2.840.10045.4.3.3": ["ECDSA", "SHA-384"],
  "1.2.840.10045.4.3.4": ["ECDSA", "SHA-512"],
  "1.2.840.113549.1.1.11": ["RSASSA-PKCS1-v1_5", "SHA-256"],
  "1.2.840.113549.1.1.12": ["RSASSA-PKCS1-v1_5", "SHA-384"],
  "1.2.840.113549.1.1.13": ["RSASSA-PKCS1-v1_5", "SHA-512"],
};

// What a SubjectPublicKeyInfo holds: { kind: "EC" | "RSA" | "", curve, size, spki }.
export function keyInfo(spki) {
  const [algorithm] = elements(expect(element(spki), TAG.sequence, "key"));
  const [name, parameters] = elements(expect(algorithm, TAG.sequence, "algorithm of a key"));
  const kind = { [EC]: "EC", [RSA]: "RSA" }[oid(expect(name, TAG.oid, "algorithm's name"))] ?? "";
  const known = kind === "EC" && parameters?.tag === TAG.oid ? CURVES[oid(parameters.content)] : undefined;
  const [curve, size] = known ?? ["", 0];
  return { kind, curve, size, spki };
}

// The key of a ledger's member: on P-256, or refused.
export async function memberKey(info) {
  if (info.curve !== "P-256") format("the certificate's key is not on P-256");
  return imported(info, { name: "ECDSA", namedCurve: "P-256" });
}

async function imported(info, algorithm) {
  try {
    return await crypto.subtle.importKey("spki", info.spki, algorithm, false, ["verify"]);
  } catch {
    return format("the certificate's key is not readable");
  }
}

// Refuses unless `signature` is that of `key` over the joined parts of `message`.
export async function checkSignature(key, signature, ...message) {
  const raw = rawSignature(signature, 32, true);
  const right = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, raw, join(...message));
  if (!right) format("the signature is not of this message by this key");
}

function rawSignature(signature, size, lowS) {
  const numbers = elements(only(signature, TAG.sequence, "signature"));
  if (numbers.length !== 2) format("the signature is not two numbers");
  const [r, s] = numbers.map((one) => natural(expect(one, TAG.integer, "number in a signature")));
  if (!(r > 0n && s > 0n) || [r, s].some((one) => one >> BigInt(8 * size))) format("the signature's numbers are out of range");
  if (lowS && (r >= ORDER || s > ORDER / 2n)) format("the signature is not low-S");
  return join(fixed(r, size), fixed(s, size));
}

function fixed(number, size) {
  const digits = number.toString(16).padStart(2 * size, "0");
  return Uint8Array.from({ length: size }, (_, at) => parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

// Whether an authority's key made `signature` over `body`. `algorithm`: the content of the certificate's AlgorithmIdentifier.
export async function signedBy(info, algorithm, signature, body) {
  const [name, hash] = SIGNATURES[oid(expect(elements(algorithm)[0], TAG.oid, "signature algorithm"))] ?? [];
  if (!name || (name === "ECDSA") !== (info.kind === "EC")) return false;
  if (name === "ECDSA" && !info.curve) return false;
  try {
    const key = await imported(info, name === "ECDSA" ? { name, namedCurve: info.curve } : { name, hash });
    const raw = name === "ECDSA" ? rawSignature(signature, info.size, false) : signature;
    return await crypto.subtle.verify({ name, hash }, key, raw, body);
  } catch {
    return false;
  }
}
