/** Forge's ASN.1 alone: the whole package, with its TLS and ciphers, costs a start a tenth of its time. */
declare module 'node-forge/lib/asn1.js' {
  const asn1: typeof import('node-forge').asn1;
  export = asn1;
}
