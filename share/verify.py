#!/usr/bin/env python3
"""Verifies an audit log of Waterwall (chain folder or segment), a receipt (.tlog-proof) or an evidence bundle (.tar.gz):
    python3 verify.py PATH --pubkey signing.pub [--known NOTES ...]
Written from SPEC-audit.md, whose sections the comments name; needs Python 3.8 and the command openssl (1.1.1), or later ones.
Exit status: 0 clean, 1 tampered, 2 usage or input/output error, 3 intact but incomplete."""
import argparse, base64, datetime, functools, glob, hashlib, json, os, re, subprocess, sys, tempfile, time, zlib
from collections import Counter
HEAD = re.compile(rb'\{"seq":(0|[1-9][0-9]{0,14}),"ts":"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z",'
                  rb'"line_type":"[a-z][a-z_]*","prev_hash":"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=","frameworks":\[')
NAMES = re.compile(r'MANIFEST\.dsse\.json|SPEC-audit\.md|chain/[0-9]{20}\.jsonl|checkpoint|checkpoints\.notes|policy/policy\.json|signing\.pub|verify\.py'
                   r'|manifests/[0-9]{20}-[0-9]{20}\.dsse\.json|receipts/[0-9]{20}\.tlog-proof')
def need(holds, why):
    if not holds: raise ValueError(why)
def sha(data): return hashlib.sha256(data).digest()
def b64(data): return base64.b64encode(data).decode()
def unbase64(text, length=None):  # 1 Terms
    data = base64.b64decode(text)
    need(b64(data) == text and length in (None, len(data)), 'malformed base64')
    return data
NO_LINE = b64(bytes(32))
def read_keys(text):  # 5 Keys and signed notes
    keys = {}
    for name, ident, data in (line.strip().split('+', 2) for line in text.split('\n') if line.strip() and line[0] != '#'):
        keys['manifest' if name.endswith('/manifest') else 'log'] = (name, ident, unbase64(data, 33)[1:])
        need(sha(name.encode() + b'\n\1' + unbase64(data)[1:])[:4].hex() == ident, 'malformed key')
    return keys
def is_signed(key, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        files = {'key': bytes.fromhex('302a300506032b6570032100') + key[2], 'message': message, 'signature': signature}
        for name, data in files.items(): open(os.path.join(folder, name), 'wb').write(data)
        command = 'openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in message -sigfile signature'
        return subprocess.run(command.split(), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
class Note:  # 6 Checkpoints
    def __init__(self, note, key, must=True):
        text, _, lines = note.rpartition('\n\n')
        body = re.fullmatch('([^\n]+)\n(0|[1-9][0-9]{0,15})\n([^\n]+)', text)
        found = [re.fullmatch('— ([^\\s+]+) ([A-Za-z0-9+/]+=*)', line) for line in lines[:-1].split('\n')]
        need(body and lines.endswith('\n') and all(found) and not re.search('[\0-\x09\x0b-\x1f]', note), 'not a checkpoint')
        self.origin, self.size, self.root = body[1], int(body[2]), unbase64(body[3], 32)
        own = [raw[4:] for name, raw in ((line[1], unbase64(line[2])) for line in found) if (name, raw[:4].hex()) == key[:2]]
        self.genuine = lambda: self.origin == key[0] and len(own) == 1 and is_signed(key, (text + '\n').encode(), own[0])
        need(not must or self.genuine(), 'the log key did not sign a checkpoint')
def kept_notes(text, key):
    blocks = re.split('\n{2,}', text)
    for body, lines in zip(blocks, blocks[1:]):
        try: note = Note(body + '\n\n' + lines.rstrip('\n') + '\n', key, False)
        except ValueError: continue
        if note.origin == key[0]: yield note
def statement(data, key, kind):  # 9 DSSE envelopes
    envelope, media = json.loads(data), b'application/vnd.in-toto+json'
    payload, (seal,) = unbase64(envelope.pop('payload')), envelope.pop('signatures')
    need(envelope == {'payloadType': media.decode()} and set(seal) == {'keyid', 'sig'}, 'not an envelope of a statement')
    need(is_signed(key, b'DSSEv1 %d %s %d %s' % (len(media), media, len(payload), payload), unbase64(seal['sig'], 64)), 'the manifest key did not sign it')
    said, types = json.loads(payload), ('https://in-toto.io/Statement/v1', 'https://waterwall.invalid/%s/v1' % kind)
    need((said['_type'], said['predicateType']) == types, 'another statement')
    return said['subject'], said['predicate']
def node(left, right): return sha(b'\1' + left + right)  # 3 Hashes, chain and tree
def add(frontier, leaf, size):
    while size % 2: leaf, size = node(frontier.pop(), leaf), size // 2
    frontier.append(leaf)
def root_of(frontier): return functools.reduce(lambda right, left: node(left, right), frontier[::-1]) if frontier else sha(b'')
def climb(leaf, index, size, path):
    last = size - 1
    for other in path if index <= last else ():
        need(last > 0, 'a proof that is too long')
        leaf, lone = (node(other, leaf) if index % 2 or index == last else node(leaf, other)), index == last
        while lone and index and index % 2 == 0: index, last = index // 2, last // 2
        index, last = index // 2, last // 2
    return leaf if last == index == 0 else None
def well_formed(value, depth=0):  # 2 Lines
    inner = value.values() if isinstance(value, dict) else value
    if isinstance(value, (dict, list)): return depth < 18 and all(well_formed(each, depth + 1) for each in inner)
    return isinstance(value, str) or type(value) is int and abs(value) < 2**53
def read_line(line, seq, prev):
    need(len(line) <= 65535 and HEAD.match(line), 'malformed line')
    members = json.loads(line)
    need(well_formed(members) and all(isinstance(tag, str) for tag in members['frameworks']), 'a value that lines have not')
    need(json.dumps(members, ensure_ascii=False, separators=(',', ':')).encode() == line, 'a line that is spelled otherwise')
    need(seq in (None, members['seq']), 'line %s is due' % seq)
    need(prev in (None, members['prev_hash']) and (members['seq'] or members['prev_hash'] == NO_LINE), 'not the hash of the line before')
    return members, sha(b'\0' + line)
class Piece:  # a run of lines: a chain, a segment, the range of a bundle
    signed, base, last, ends_signed = 0, None, {}, False
    def __init__(self, key, first, on_line): self.key, self.first, self.due, self.on_line, self.leaves, self.times = key, first, first, on_line, [], []
    def take(self, line):
        members, leaf = read_line(line, self.due, NO_LINE if self.due == 0 else b64(self.leaves[-1]) if self.leaves else None)
        self.first, self.ends_signed = members['seq'] if self.first is None else self.first, False
        if members['line_type'] == 'checkpoint' and self.key: self.checkpoint(members['seq'], members['size'], members['path'], members['note'])
        self.due, self.last = members['seq'] + 1, members
        self.leaves.append(leaf), self.times.append(members['ts']), self.on_line(members)
    def checkpoint(self, seq, size, path, text):
        path, note = [unbase64(each, 32) for each in path], Note(text, self.key)
        need(note.size == size and 1 <= size <= seq, 'a checkpoint line of another size')
        if size <= self.first: return
        need(climb(self.leaves[size - 1 - self.first], size - 1, size, path) == note.root, 'forked: a checkpoint line of another history')
        self.base, self.signed, self.ends_signed = self.base or (size - 1, path[::-1]), max(self.signed, size), size == seq
    def check(self, notes, whole):  # 11, step 4
        (size, frontier), end = (0, []) if self.first == 0 else self.base or (2**60, []), self.due or 0
        begin = size + (self.first != 0)
        for note in sorted(notes, key=lambda each: each.size):
            while size < min(note.size, end): size = [add(frontier, self.leaves[size - self.first], size), size + 1][1]
            need(note.size <= end or not whole or not note.genuine(), '%d lines were signed, there are %d' % (note.size, end))
            if not begin <= note.size <= end: continue
            need(root_of(frontier) == note.root or not note.genuine(), 'forked: a checkpoint is of another history')
            if note.size > self.signed and root_of(frontier) == note.root and note.genuine(): self.signed = note.size
def read(name): return open(name, 'rb').read().decode('utf-8', 'replace')
def verify_chain(path, keys, known):  # 4 Segments, 11 Verification
    folder, key, pruned, torn, at = os.path.isdir(path), keys.get('log'), {}, b'', os.path.abspath(path)
    log = glob.escape(os.path.dirname(at if folder else os.path.dirname(at)))
    notes = [note for name in sorted(glob.glob(log + '/checkpoints/*.notes')) + known for note in kept_notes(read(name), key)] if key else []
    beside = glob.glob(log + '/checkpoint') + glob.glob(glob.escape(path) + '/*.note' if folder else glob.escape(path[:-6]) + '.note')
    latest = [read(name) for name in beside if key]
    files = sorted(glob.glob(glob.escape(path) + '/*.jsonl')) if folder else [path]
    names = [re.fullmatch('([0-9]{20})\\.jsonl', os.path.basename(name)) for name in files]
    need(files and (all(names) or not folder), 'no segment, or one with another name')
    piece = Piece(key, int(names[0][1]) if names[0] else None, lambda line: 'pruned' in line and pruned.update({line['pruned']['last']: line['seq']}))
    for name, match in zip(files, names):
        sealed = not torn and piece.last.get('line_type') == 'rotation' and int(match[1]) == piece.due
        need(name == files[0] or sealed, 'a segment is missing, or not whole')
        for torn in open(name, 'rb'): torn = piece.take(torn[:-1]) or b'' if torn.endswith(b'\n') else torn
        need(len(torn) <= 65535, 'a line that is too long')
    piece.check(notes + [Note(each, key) for each in latest], folder)
    end, first = piece.due or 0, piece.first or 0
    def old(ts): return piece.last['line_type'] == 'stop' or time.time() - datetime.datetime.fromisoformat(ts[:-1] + '+00:00').timestamp() > 600
    tail = 0 if piece.ends_signed else max(0, end - max(piece.signed, first))
    why = {'no public key': not key, 'no signed checkpoint': not piece.signed, 'an unsigned tail': tail > 200 or tail and old(piece.times[-tail]),
           'a torn tail': torn and (not end or old(piece.times[-1])), 'no beginning': folder and first > 0 and not pruned.get(first - 1, end) < piece.signed}
    return 'lines %d to %d, signed through %d' % (first, end - 1, piece.signed - 1), [text for text, holds in why.items() if holds]
def check_receipt(data, key, note=None):  # 8 Receipts
    head, _, text = data.decode().partition('\n\n')
    form = re.fullmatch('c2sp\\.org/tlog-proof@v1\nextra (.+)\nindex (0|[1-9][0-9]{0,14})((?:\n.+)*)', head)
    need(form, 'malformed receipt')
    note, index, path = note or Note(text, key), int(form[2]), [unbase64(each, 32) for each in form[3].split('\n')[1:]]
    leaf = read_line(unbase64(form[1]), index, None)[1]
    need(climb(leaf, index, note.size, path) == note.root, 'the proof does not lead to the root')
    return index, leaf, text
def unpack(path):  # 10 Evidence bundles
    packed, at, files = zlib.decompressobj(31), 0, {}
    data = packed.decompress(open(path, 'rb').read(), 2**33)
    need(packed.eof and not packed.unused_data, 'not one whole gzip file, or too large a one')
    while any(data[at:at + 512]):
        block, size = data[at:at + 512], int(data[at + 124:at + 135], 8)
        name, rest, sum8 = block[:100].rstrip(b'\0').decode(), b'0000644\0' + 2 * b'0000000\0' + b'%011o\0%011o\0' % (size, 0), sum(block) - sum(block[148:156]) + 256
        rest += b'%06o\0 0' % sum8 + bytes(100) + b'ustar\x0000' + bytes(64) + 2 * b'0000000\0' + bytes(167)
        need(block[100:] == rest and NAMES.fullmatch(name) and name not in files, 'not a file as bundles have them')
        files[name], end, at = data[at + 512:at + 512 + size], at + 512 + size, at + 512 + -(-size // 512) * 512
        need(not any(data[end:at]), 'padding that is not zeros')
    need(data[at:] == bytes(1024), 'another end than a bundle has')
    return files
def verify_bundle(path, trusted):
    files, kinds, types, due, sessions, ended = unpack(path), Counter(), Counter(), set(), {}, {}
    keys, note_text = trusted or read_keys(files['signing.pub'].decode()), files['checkpoint'].decode()
    subjects, told = statement(files['MANIFEST.dsse.json'], keys['manifest'], 'evidence-bundle')
    names, key, note = [each['name'] for each in subjects], keys['log'], Note(note_text, keys['log'])
    need(list(files) == ['MANIFEST.dsse.json'] + names and names == sorted(names), 'other files than were listed')
    for each in subjects: need(sha(files[each['name']]).hex() == each['digest']['sha256'], each['name'] + ' is not the file that was listed')
    need((told['origin'], told['version']) == (key[0], 1) and read_keys(files['signing.pub'].decode())['log'] == key, 'another log, or public key')
    def on_line(line):
        kind, own = line['line_type'], Counter(each['type'] for each in line.get('redactions', []))
        kinds.update([kind]), types.update(own), due.update([line['seq']] if kind == 'redaction' else [])
        if kind in ('redaction', 'detokenization', 'refusal'): sessions.setdefault(line.get('session'), []).append((line['seq'], line['ts'], own))
        if kind == 'manifest': ended[line['file']] = line, sessions.pop(line.get('session'), [])
    piece = Piece(key, told['first'], on_line)
    for name in (name for name in names if name.startswith('chain/')):
        *lines, torn = files[name].split(b'\n')
        need(int(name[6:26]) == piece.due and (not piece.last or piece.last['line_type'] == 'rotation') and not torn, 'a segment is missing, or not whole')
        for line in lines: piece.take(line)
    piece.check([note, *kept_notes(files['checkpoints.notes'].decode(), key)], False)
    receipts = [name for name in names if name.startswith('receipts/')]
    need([int(name[9:29]) for name in receipts] == sorted(due | {piece.due - 1}), 'a receipt is missing, or one too many')
    for name, seq in ((name, int(name[9:29])) for name in receipts):
        need(check_receipt(files[name], key, note) == (seq, piece.leaves[seq - piece.first], note_text), name + ' is of another line')
    need(sorted(ended) == [name for name in names if name.startswith('manifests/')], 'a session manifest is missing, or one too many')
    for name, (line, rows) in ended.items():
        said, sums = statement(files[name], keys['manifest'], 'session-manifest')[1], sum((row[2] for row in rows), Counter())
        mine = rows and [rows[0][0], rows[-1][0], rows[0][1], rows[-1][1], sum(sums.values()), dict(sums)]
        fits = line['first'] < piece.first or mine == [said[each] for each in ('first', 'last', 'from', 'to', 'redactions', 'types')]
        need(fits and sha(files[name]).hex() == line['sha256'], name + ' has other counts than its lines, or is not the file that the log names')
    mine = [piece.first, piece.due - 1, len(piece.leaves), dict(kinds), sum(types.values()), dict(types), len(receipts), len(ended)]
    need(mine == [told[each] for each in 'first last lines lines_by_type redactions types receipts manifests'.split()], 'other counts than were listed')
    need(told['checkpoint'] == {'size': note.size, 'root': b64(note.root)}, 'another checkpoint than was listed')
    return 'lines %d to %d, %d receipts' % (piece.first, piece.due - 1, len(receipts)), [] if trusted else ['no public key']
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path'), parser.add_argument('--pubkey'), parser.add_argument('--known', nargs='+', default=[])
    args = parser.parse_args()
    try: keys, start = read_keys(read(args.pubkey)) if args.pubkey else {}, b'' if os.path.isdir(args.path) else open(args.path, 'rb').read(22)
    except (OSError, ValueError) as error: return print('cannot read: %s' % error, file=sys.stderr) or 2
    try:
        if start[:2] == b'\x1f\x8b' or args.path.endswith('.tar.gz'): found, why = verify_bundle(args.path, keys)
        elif start != b'c2sp.org/tlog-proof@v1' and not args.path.endswith('.tlog-proof'): found, why = verify_chain(args.path, keys, args.known)
        else: found, why = 'line %d' % check_receipt(open(args.path, 'rb').read(), keys['log'])[0], []
    except OSError as error: return print('cannot read: %s' % error, file=sys.stderr) or 2
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, zlib.error) as error: return print('tampered: %s' % error) or 1
    return print('intact but incomplete (%s): %s' % ('; '.join(why), found) if why else 'clean: ' + found) or (3 if why else 0)
if __name__ == '__main__': sys.exit(main())
