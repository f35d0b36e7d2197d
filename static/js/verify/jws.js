// A compact JWS (RFC 7515) as devices send it: EdDSA with Ed25519, and no key brought along in its header.
import { decode, encode, fromBase64 } from "./bytes.js";
import { checkEd25519 } from "./ed25519.js";
import { format } from "./errors.js";
import { parseJson } from "./json.js";
import { isObject } from "./shape.js";

const REFUSED = ["b64", "crit", "jku", "jwk", "x5c", "x5u"]; // critical extensions, and keys of the sender's choice

// The payload of a compact JWS that names the key `kid` and verifies with it (32 bytes).
export async function verifiedPayload(message, kid, key) {
  const parts = message.split(".");
  if (parts.length !== 3) format("the message is not three parts with points between them");
  const [header, payload, signature] = parts.map(fromBase64url);
  const named = parseJson(decode(header, "its header"));
  if (!isObject(named)) format("its header is not an object");
  if (named.alg !== "EdDSA") format("its algorithm is not EdDSA");
  for (const name of REFUSED) if (Object.hasOwn(named, name)) format(`its header has '${name}'`);
  if (named.kid !== kid) format("it names another key");
  await checkEd25519(key, signature, encode(`${parts[0]}.${parts[1]}`));
  return payload;
}

// Base64url without padding, in the one form that encodes its bytes.
export function fromBase64url(digits) {
  if (!/^[A-Za-z0-9_-]*$/.test(digits)) format("not base64url");
  const standard = digits.replaceAll("-", "+").replaceAll("_", "/");
  return fromBase64(standard + "=".repeat((4 - (standard.length % 4)) % 4), "base64url");
}
