import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';

/** Where systems keep all their roots in one file, most common first. */
const SYSTEM_FILES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/**
 * The roots a program on this machine trusts: the system's file where there is one, which holds
 * what its administrator added and lacks what they removed; else those that came with Node. Not
 * both: that would bring a removed root back.
 */
export function systemRoots(files: readonly string[] = SYSTEM_FILES): readonly string[] {
  for (const file of files) {
    const roots = readBlocks(file);
    if (roots.length > 0) return roots;
  }
  return rootCertificates;
}

/** `ca-bundle.pem`: for clients whose variable replaces the roots instead of adding one. */
export function bundleText(authorityPem: string, roots = systemRoots()): string {
  return `${[authorityPem, ...roots].map((pem) => pem.trim()).join('\n')}\n`;
}

function readBlocks(file: string): readonly string[] {
  try {
    return readFileSync(file, 'latin1').match(BLOCK) ?? [];
  } catch {
    return [];
  }
}
