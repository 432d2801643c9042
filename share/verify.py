#!/usr/bin/env python3
"""Verifies an audit log of Waterwall (chain folder or segment), a receipt or an evidence bundle:
    python3 verify.py PATH --pubkey signing.pub [--known NOTES ...]
Written from SPEC-audit.md, whose sections the comments name; needs Python 3.8 and openssl 1.1.1, or later.
Exit status: 0 clean, 1 tampered, 2 usage or input/output error, 3 intact but incomplete."""
import argparse, base64, functools, hashlib, io, json, os, re, subprocess, sys, tempfile, time, zlib
from collections import Counter
from pathlib import Path
HEAD = re.compile(rb'\{"seq":\d{1,15},"ts":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z","line_type":"[a-z][a-z_]*",'
                  rb'"prev_hash":"[^"]{44}","frameworks":\[')
NAMES = re.compile(r'MANIFEST\.dsse\.json|SPEC-audit\.md|chain/\d{20}\.jsonl|checkpoint|checkpoints\.notes|verify\.py'
                   r'|manifests/\d{20}-\d{20}\.dsse\.json|policy/policy\.json|receipts/\d{20}\.tlog-proof|signing\.pub', re.A)
def need(holds, why):
    if not holds: raise ValueError(why)
def sha(data): return hashlib.sha256(data).digest()
def unbase64(text, length=None):  # 1 Terms
    data = base64.b64decode(text)
    need(base64.b64encode(data).decode() == text and length in (None, len(data)), 'malformed base64')
    return data
def read_keys(text):  # 5 Keys and signed notes
    keys = {}
    for line in (line.strip() for line in text.split('\n') if line.strip() and line[0] != '#'):
        (name, ident), data = line.split('+', 2)[:2], unbase64(line.split('+', 2)[2], 33)
        need(data[0] == 1 and sha(name.encode() + b'\n' + data)[:4].hex() == ident, 'malformed key')
        keys['manifest' if name.endswith('/manifest') else 'log'] = name, ident, data[1:]
    return keys
@functools.lru_cache(1000)
def is_signed(key, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        der = bytes.fromhex('302a300506032b6570032100') + key[2]
        for name, data in zip(('key', 'message', 'sig'), (der, message, signature)): Path(folder, name).write_bytes(data)
        command = 'openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in message -sigfile sig'
        return subprocess.run(command.split(), cwd=folder, capture_output=True).returncode == 0
class Note:  # 6 Checkpoints
    def __init__(self, note, key, kept=False):
        text, _, lines = note.rpartition('\n\n')
        body = re.fullmatch('([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]+)', text)
        seals = [re.fullmatch('— ([^\\s+]+) ([A-Za-z0-9+/]+=*)', line) for line in lines[:-1].split('\n')]
        need(body and lines[-1:] == '\n' and all(seals) and not re.search('[\0-\x09\x0b-\x1f]', note), 'not a checkpoint')
        self.key, self.message, self.origin = key, (text + '\n').encode(), body[1]
        self.size, self.root = int(body[2]), unbase64(body[3], 32)
        seals = [(seal[1], unbase64(seal[2])) for seal in seals]
        self.seals = [data[4:] for name, data in seals if (name, data[:4].hex()) == key[:2]]
        need(kept or self.is_genuine(), 'the log key did not sign a checkpoint')
    def is_genuine(self):
        ours = self.origin == self.key[0] and len(self.seals) == 1
        return ours and is_signed(self.key, self.message, self.seals[0])
def kept_notes(text, key):
    blocks = re.split('\n{2,}', text)
    for body, lines in zip(blocks, blocks[1:]):
        try: yield Note(body + '\n\n' + lines.rstrip('\n') + '\n', key, True)
        except ValueError: pass
def statement(data, key, kind):  # 9 DSSE envelopes
    envelope, media = json.loads(data), b'application/vnd.in-toto+json'
    payload, (seal,) = unbase64(envelope.pop('payload')), envelope.pop('signatures')
    need(envelope == {'payloadType': media.decode()} and set(seal) == {'keyid', 'sig'}, 'not an envelope of a statement')
    message = b'DSSEv1 %d %s %d %s' % (len(media), media, len(payload), payload)
    need(is_signed(key, message, unbase64(seal['sig'], 64)), 'the manifest key did not sign it')
    said, types = json.loads(payload), ('https://in-toto.io/Statement/v1', 'https://waterwall.invalid/%s/v1' % kind)
    need((said['_type'], said['predicateType']) == types, 'another statement')
    return said['subject'], said['predicate']
def node(left, right): return sha(b'\1' + left + right)  # 3 Hashes, chain and tree
def add(frontier, leaf, size):
    while size % 2: leaf, size = node(frontier.pop(), leaf), size // 2
    return frontier + [leaf]
def root_of(frontier): return functools.reduce(lambda right, left: node(left, right), frontier[::-1] or [sha(b'')])
def climb(leaf, index, size, path):
    if size < 2 or not path: return need((index, size, path) == (0, 1, []), 'a proof of another length') or leaf
    half = 1 << (size - 1).bit_length() - 1
    if index < half: return node(climb(leaf, index, half, path[:-1]), path[-1])
    return node(path[-1], climb(leaf, index - half, size - half, path[:-1]))
def is_plain(value, depth=0):  # 2 Lines
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list)): return depth < 18 and all(is_plain(each, depth + 1) for each in inner)
    return isinstance(value, str) or type(value) is int and abs(value) < 2**53
def read_line(line, seq, before=None):
    need(len(line) <= 65535 and HEAD.match(line), 'malformed line')
    members = json.loads(line)
    need(is_plain(members) and all(isinstance(tag, str) for tag in members['frameworks']), 'a value that lines have not')
    again = json.dumps(members, ensure_ascii=False, separators=(',', ':')).encode()
    need(again == line, 'a line that is spelled otherwise')
    said, before = unbase64(members['prev_hash'], 32), before if members['seq'] else bytes(32)
    need(seq in (None, members['seq']) and before in (None, said), 'line %s is not the one after the line before' % seq)
    return members, sha(b'\0' + line)
class Piece:  # a run of lines: a chain, a segment, the range of a bundle
    first, due, signed, base, covered, last, torn = None, None, 0, None, None, None, b''
    def __init__(self, key): self.key, self.leaves, self.times = key, [], []
    def walk(self, segments):  # 4 Segments
        for name, stream in segments:
            sealed = self.last == 'rotation' and not self.torn and name == self.due
            need(self.due is None or sealed, 'a segment is missing, or not whole')
            if self.due is None: self.first = self.due = name
            for line in stream:
                self.torn, before = b'' if line.endswith(b'\n') else line, self.leaves[-1] if self.leaves else None
                if not self.torn: yield self.take(*read_line(line[:-1], self.due, before))
        need(len(self.torn) <= 65535, 'a line that is too long')
    def take(self, members, leaf):
        self.last, self.covered, self.due = members['line_type'], None, members['seq'] + 1
        if self.first is None: self.first = members['seq']
        if self.last == 'checkpoint' and self.key: self.checkpoint(members)
        self.leaves.append(leaf), self.times.append(members['ts'])
        return members
    def checkpoint(self, line):
        note, path = Note(line['note'], self.key), [unbase64(each, 32) for each in line['path']]
        need(1 <= note.size == line['size'] <= line['seq'], 'a checkpoint line of another size')
        if note.size <= self.first: return
        root = climb(self.leaves[note.size - 1 - self.first], note.size - 1, note.size, path)
        need(root == note.root, 'forked: a checkpoint line of another history')
        self.base, self.covered = self.base or (note.size - 1, path[::-1]), note.size
        self.signed = max(self.signed, note.size)
    def check(self, notes, whole):  # 11, step 4
        (size, frontier), end = (0, []) if self.first == 0 else self.base or (2**60, []), self.due or 0
        for note in sorted(notes, key=lambda each: each.size):
            need(note.size <= end or not whole or not note.is_genuine(), 'signed lines are missing at the end')
            for size in range(size + 1, min(note.size, end) + 1):
                frontier = add(frontier, self.leaves[size - 1 - self.first], size - 1)
            fits = root_of(frontier) == note.root
            if size == note.size and (size > self.signed or not fits) and note.is_genuine():
                need(fits, 'forked: a checkpoint is of another history')
                self.signed = size
def read(path): return Path(path).read_bytes().decode('utf-8', 'replace')
def verify_chain(path, keys, known):  # 11 Verification
    at, key = Path(os.path.abspath(path)), keys.get('log')
    folder, chain = at.is_dir(), at if at.is_dir() else at.parent
    files = sorted(chain.glob('*.jsonl')) if folder else [at]
    names = [re.fullmatch('[0-9]{20}\\.jsonl', file.name) for file in files]
    need(files and (all(names) or not folder), 'no segment, or one with another name')
    piece = Piece(key)
    lines = piece.walk((int(name[0][:20]) if name else None, file.open('rb')) for name, file in zip(names, files))
    pruned = {line['pruned']['last']: line['seq'] for line in lines if 'pruned' in line}
    if key:
        beside = [*chain.parent.glob('checkpoint'), *chain.glob(('*' if folder else at.stem) + '.note')]
        notes = [Note(read(name), key) for name in beside]
        kept = [*chain.parent.glob('checkpoints/*.notes'), *known]
        piece.check(notes + [note for name in kept for note in kept_notes(read(name), key)], folder)
    first, end, signed = piece.first or 0, piece.due or 0, piece.signed
    horizon = time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(time.time() - 600))
    def is_old(index): return not piece.times or piece.last == 'stop' or piece.times[index] < horizon
    tail = 0 if piece.covered == end - 1 else max(0, end - max(signed, first))
    why = {'no public key': not key, 'no signed checkpoint': not signed, 'a torn tail': piece.torn and is_old(-1),
           'an unsigned tail': tail > 200 or tail and is_old(-tail),
           'no beginning': folder and first > 0 and not pruned.get(first - 1, end) < signed}
    return 'lines %d to %d, signed through %d' % (first, end - 1, signed - 1), [text for text in why if why[text]]
def check_receipt(data, key):  # 8 Receipts
    head, _, text = data.decode().partition('\n\n')
    form = re.fullmatch('c2sp\\.org/tlog-proof@v1\nextra (.+)\nindex (0|[1-9][0-9]{0,14})((?:\n.+)*)', head)
    need(form, 'malformed receipt')
    note, index, path = Note(text, key), int(form[2]), [unbase64(each, 32) for each in form[3].split('\n')[1:]]
    leaf = read_line(unbase64(form[1]), index)[1]
    need(climb(leaf, index, note.size, path) == note.root, 'the proof does not lead to the root')
    return index, leaf, text
def tar_entry(name, data):  # 10 Evidence bundles
    head = name.encode().ljust(100, b'\0') + b'0000644\0' + 2 * b'0000000\0' + b'%011o\0%011o\0' % (len(data), 0)
    head += b' ' * 8 + b'0' + bytes(100) + b'ustar\x0000' + bytes(64) + 2 * b'0000000\0' + bytes(167)
    return head[:148] + b'%06o\0 ' % sum(head) + head[156:] + data + bytes(-len(data) % 512)
def unpack(path):
    packed, at, count, files = zlib.decompressobj(31), 0, 0, {}
    data = packed.decompress(Path(path).read_bytes(), 2**33)
    need(packed.eof and not packed.unused_data, 'not one whole gzip file, or too large a one')
    while any(data[at:at + 512]):
        name, size = data[at:at + 100].rstrip(b'\0').decode(), int(data[at + 124:at + 135], 8)
        files[name] = data[at + 512:at + 512 + size]
        entry = tar_entry(name, files[name])
        need(NAMES.fullmatch(name) and data.startswith(entry, at), 'not a file as bundles have them')
        at, count = at + len(entry), count + 1
    need(count == len(files) and data[at:] == bytes(1024), 'a file twice, or another end than a bundle has')
    return files
def need_facts(told, facts, what):
    for name, fact in facts.items(): need(told[name] == fact, '%s tells another %s than is true' % (what, name))
def verify_bundle(path, trusted):
    files, kinds, types, due, sessions, ended = unpack(path), Counter(), Counter(), set(), {}, {}
    own_keys, signed = read_keys(files['signing.pub'].decode()), files['checkpoint'].decode()
    keys = trusted or own_keys
    key, note = keys['log'], Note(signed, keys['log'])
    subjects, told = statement(files['MANIFEST.dsse.json'], keys['manifest'], 'evidence-bundle')
    names = [each['name'] for each in subjects]
    need(list(files) == ['MANIFEST.dsse.json'] + names and names == sorted(names), 'other files than were listed')
    need(own_keys['log'] == key, 'another public key')
    for each in subjects: need_facts(each['digest'], {'sha256': sha(files[each['name']]).hex()}, each['name'])
    def of(folder): return [name for name in names if name.startswith(folder)]
    piece = Piece(key)
    for line in piece.walk((int(name[6:26]), io.BytesIO(files[name])) for name in of('chain/')):
        kind, seq, own = line['line_type'], line['seq'], Counter(each['type'] for each in line.get('redactions', []))
        kinds[kind] += 1
        types += own
        if kind == 'redaction': due.add(seq)
        if kind in ('redaction', 'detokenization', 'refusal'):
            sessions.setdefault(line.get('session'), []).append((seq, line['ts'], own))
        if kind == 'manifest': ended[line['file']] = line, sessions.pop(line.get('session'), [])
    last, receipts = piece.due - 1, {int(name[9:29]): name for name in of('receipts/')}
    need(not piece.torn and sorted(receipts) == sorted(due | {last}), 'a torn line, or not the receipts that are due')
    piece.check([note, *kept_notes(files['checkpoints.notes'].decode(), key)], False)
    for seq, name in receipts.items():
        held = seq, piece.leaves[seq - piece.first], signed
        need(check_receipt(files[name], key) == held, name + ' is of another line')
    need(sorted(ended) == of('manifests/'), 'a session manifest is missing, or one too many')
    for name, (line, rows) in ended.items():
        need_facts(line, {'sha256': sha(files[name]).hex()}, name)
        _, said = statement(files[name], keys['manifest'], 'session-manifest')
        sums = sum((row[2] for row in rows), Counter())
        if line['first'] >= piece.first:
            (begin, since, _), (until, to, _) = rows[0], rows[-1]
            need_facts(said, {'first': begin, 'last': until, 'from': since, 'to': to,
                              'redactions': sum(sums.values()), 'types': sums}, name)
    need_facts(told, {
        'version': 1, 'origin': key[0], 'first': piece.first, 'last': last, 'lines': len(piece.leaves),
        'checkpoint': {'size': note.size, 'root': base64.b64encode(note.root).decode()}, 'lines_by_type': kinds,
        'redactions': sum(types.values()), 'types': types, 'receipts': len(receipts), 'manifests': len(ended)}, 'the list')
    return 'lines %d to %d, %d receipts' % (piece.first, last, len(receipts)), [] if trusted else ['no public key']
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path'), parser.add_argument('--pubkey'), parser.add_argument('--known', nargs='+', default=[])
    args = parser.parse_args()
    try:
        keys = read_keys(read(args.pubkey)) if args.pubkey else {}
        start = b'' if os.path.isdir(args.path) else open(args.path, 'rb').read(22)
    except (OSError, ValueError) as error: return print('cannot read: %s' % error, file=sys.stderr) or 2
    try:
        if start[:2] == b'\x1f\x8b' or args.path.endswith('.tar.gz'): found, why = verify_bundle(args.path, keys)
        elif start != b'c2sp.org/tlog-proof@v1' and not args.path.endswith('.tlog-proof'):
            found, why = verify_chain(args.path, keys, args.known)
        else: found, why = 'line %d' % check_receipt(Path(args.path).read_bytes(), keys['log'])[0], []
    except OSError as error: return print('cannot read: %s' % error, file=sys.stderr) or 2
    except Exception as error: return print('tampered: %s' % error) or 1
    print('intact but incomplete (%s): %s' % ('; '.join(why), found) if why else 'clean: ' + found)
    return 3 if why else 0
if __name__ == '__main__': sys.exit(main())
