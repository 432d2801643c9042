import { generateKeyPairSync } from 'node:crypto';
import forge from 'node-forge';

/** A test root and one leaf under it, all PEM. */
export interface TestCertificates {
  readonly root: string;
  readonly certificate: string;
  readonly key: string;
}

const DAY = 24 * 60 * 60 * 1000;

/** Makes a root and a leaf that is valid for the given names and for 127.0.0.1. */
export function makeCertificates(names: readonly string[]): TestCertificates {
  const root = keyPair();
  const leaf = keyPair();
  const issuer = [{ name: 'commonName', value: 'Stand-in Provider Root' }];
  const rootCertificate = certificate(root.publicKey, issuer, issuer, root.privateKey, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  const leafCertificate = certificate(
    leaf.publicKey,
    [{ name: 'organizationName', value: 'Stand-in Provider' }],
    issuer,
    root.privateKey,
    [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [...names.map((value) => ({ type: 2, value })), { type: 7, ip: '127.0.0.1' }],
      },
    ],
  );
  return {
    root: forge.pki.certificateToPem(rootCertificate),
    certificate: forge.pki.certificateToPem(leafCertificate),
    key: forge.pki.privateKeyToPem(leaf.privateKey),
  };
}

// forge would generate RSA keys in pure JavaScript, which takes seconds; Node's take 0.1 s.
function keyPair(): forge.pki.rsa.KeyPair {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  return {
    publicKey: forge.pki.publicKeyFromPem(publicKey),
    privateKey: forge.pki.privateKeyFromPem(privateKey),
  };
}

let serial = 1;

function certificate(
  publicKey: forge.pki.rsa.PublicKey,
  subject: forge.pki.CertificateField[],
  issuer: forge.pki.CertificateField[],
  signer: forge.pki.rsa.PrivateKey,
  extensions: object[],
): forge.pki.Certificate {
  const made = forge.pki.createCertificate();
  made.publicKey = publicKey;
  made.serialNumber = `10${(serial++).toString(16).padStart(6, '0')}`;
  made.validity.notBefore = new Date(Date.now() - DAY);
  made.validity.notAfter = new Date(Date.now() + 30 * DAY);
  made.setSubject(subject);
  made.setIssuer(issuer);
  made.setExtensions(extensions);
  made.sign(signer, forge.md.sha256.create());
  return made;
}
