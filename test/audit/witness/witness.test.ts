import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../../lib/audit/checkpoint.ts';
import { verifyChain } from '../../../lib/audit/verify.ts';
import { formatVkey } from '../../../lib/audit/vkey.ts';
import { openCosignature, parseWitnessKey } from '../../../lib/audit/witness/cosignature.ts';
import { openWitness } from '../../../lib/audit/witness/witness.ts';
import { dialDirectly } from '../../../lib/proxy/dial.ts';
import { KEYS, type MadeLine, redaction, signedChain } from '../evidence/signed-chain.ts';
import { startWitness, type Witness } from './stand-in.ts';

const T0 = Date.UTC(2026, 0, 2);
const LINES = Array.from({ length: 300 }, (_, at): MadeLine => {
  return at === 150 ? { type: 'rotation', ts: T0 + at } : redaction(T0 + at);
});

async function rig() {
  const witness = await startWitness(formatVkey(KEYS.log));
  const chain = signedChain(LINES, 50);
  const faults: Error[] = [];
  const kept: string[] = [];
  const open = () => {
    const anchor = openWitness({
      target: { url: witness.url, key: parseWitnessKey(witness.vkey) ?? KEYS.log },
      logFolder: chain.folder,
      connect: dialDirectly,
      key: KEYS.log,
      onCosigned: (note) => kept.push(note),
      onFault: (error) => faults.push(error),
      patience: 1000,
    });
    return {
      anchor,
      async put(size: number): Promise<boolean | undefined> {
        anchor.put(chain.note(size));
        await anchor.settled();
        return anchor.holds;
      },
    };
  };
  const cosigned = join(chain.folder, 'checkpoint.cosigned');
  return { witness, ...chain, faults, kept, open, cosigned };
}

test('a witness takes every step of a growing log, from nothing on', async () => {
  const { witness, open, faults, kept, cosigned, folder } = await rig();
  const { put } = open();
  for (const size of [1, 2, 3, 7, 8, 8, 64, 65, 149, 151, 152, 153, 154, 250, 306]) {
    expect(await put(size), `${size}: ${faults.join()}`).toBe(true);
    expect(witness.state.size).toBe(size);
  }
  expect(new Set(witness.answers)).toEqual(new Set([200]));
  const note = readFileSync(cosigned, 'utf8');
  expect(kept.at(-1)).toBe(note);
  expect(openCheckpoint(note, KEYS.log)).toMatchObject({ size: 306 });
  const text = note.slice(0, note.lastIndexOf('\n\n') + 1);
  const lines = note.slice(note.lastIndexOf('\n\n') + 2);
  const key = parseWitnessKey(witness.vkey);
  expect(key && openCosignature(lines, text, key)).toMatchObject({ time: expect.any(BigInt) });
  writeFileSync(join(folder, 'checkpoint'), note);
  expect(await verifyChain(join(folder, 'chain'), { keys: KEYS })).toMatchObject({
    signed_through: 305,
    verdict: 'clean',
  });
});

test('after a restart it goes on from what is on the disk; a witness that knows better is believed', async () => {
  const { witness, open, cosigned } = await rig();
  expect(await open().put(40)).toBe(true);
  expect(await open().put(170)).toBe(true);
  expect(witness.answers).toEqual([200, 200]);
  writeFileSync(cosigned, 'nothing');
  expect(await open().put(200)).toBe(true);
  expect(witness.answers).toEqual([200, 200, 409, 200]);
  expect(await open().put(200)).toBe(true);
  witness.state = { size: 0, root: Buffer.alloc(32) };
  expect(await open().put(201)).toBe(true);
  expect(witness.answers.slice(-2)).toEqual([409, 200]);
});

test('one that has seen more lines than there are says that the log was cut off', async () => {
  const { witness, open, faults } = await rig();
  const { put } = open();
  witness.state = { size: 1000, root: Buffer.alloc(32, 1) };
  expect(await put(200)).toBe(false);
  expect(faults[0]?.message).toMatch(/cosigned 1000 lines .* there are 200/);
});

test('one that saw another history cosigns nothing', async () => {
  const { witness, open, faults, cosigned } = await rig();
  const { put } = open();
  witness.state = { size: 100, root: Buffer.alloc(32, 1) };
  expect(await put(200)).toBe(false);
  expect(witness.answers).toEqual([409, 422]);
  expect(faults[0]?.message).toContain('422: inconsistent');
  expect(existsSync(cosigned)).toBe(false);
});

test('one that is down is tried again, and gets all that it has missed', async () => {
  const { witness, open, faults } = await rig();
  const { put } = open();
  expect(await put(10)).toBe(true);
  await witness.close();
  expect([await put(20), await put(30)]).toEqual([false, false]);
  expect(faults[0]?.message).toMatch(/not anchored .*ECONNREFUSED/);
  await witness.open();
  expect(await put(40)).toBe(true);
  expect(witness.state.size).toBe(40);
});

describe('an answer that is none', () => {
  const answering =
    (status: number, body: string, type = 'text/plain') =>
    (response: ServerResponse): void =>
      void response.writeHead(status, { 'content-type': type }).end(body);
  const other =
    (witness: Witness) =>
    (response: ServerResponse, text: string): void =>
      void response.end(witness.cosign(text.replace(/\n\d+\n/, '\n5\n')));

  test.each<[string, (witness: Witness) => Witness['instead'], RegExp]>([
    ['nothing', () => answering(200, ''), /no lines/],
    ['a page', () => answering(200, '<html>\n</html>\n'), /no signature/],
    ['bytes', () => answering(200, '\u0000\u0001\n'), /no signature/],
    [
      'a signature of another',
      () => answering(200, '— other.example AAAAAAAA\n'),
      /no cosignature/,
    ],
    [
      'a short signature',
      () => answering(200, '— witness.example/w1 AAAAAAAA\n'),
      /no cosignature/,
    ],
    ['a cosignature of another checkpoint', other, /not of this checkpoint/],
    ['too much', () => answering(200, 'x'.repeat(100_000)), /more than signatures/],
    ['an error', () => answering(500, 'boom\u001b[31m\n'), /500: boom \[31m$/],
    ['a conflict without a size', () => answering(409, 'no\n'), /409: no/],
    ['a conflict of another type', () => answering(409, '7\n'), /409: 7/],
    ['the same conflict for ever', () => answering(409, '7\n', 'text/x.tlog.size'), /409: 7/],
    [
      'a redirect',
      () => (response) => void response.writeHead(302, { location: '/' }).end(),
      /302/,
    ],
    ['silence', () => () => {}, /timeout|aborted/i],
  ])('%s is a fault that is told, and nothing is kept', async (_, make, reason) => {
    const { witness, open, faults, cosigned } = await rig();
    const { put } = open();
    witness.instead = make(witness);
    expect(await put(20)).toBe(false);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.message).toMatch(reason);
    expect(existsSync(cosigned)).toBe(false);
    witness.instead = undefined;
    expect(await put(21)).toBe(true);
  });
});

test('lines that are not those that were signed are no proof', async () => {
  const { open, faults, folder } = await rig();
  const { put } = open();
  expect(await put(10)).toBe(true);
  const path = join(folder, 'chain', '00000000000000000000.jsonl');
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[20] = lines[20]?.replace('"host":"h"', '"host":"i"') ?? '';
  writeFileSync(path, lines.join('\n'));
  expect(await put(60)).toBe(false);
  expect(faults[0]?.message).toContain('not those that were signed');
});
