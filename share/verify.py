#!/usr/bin/env python3
"""Verifies an audit log of Waterwall (chain folder or segment), a receipt or an evidence bundle:
    python3 verify.py PATH --pubkey signing.pub [--known NOTES ...] [--epochs CHAIN_FOLDER]
Written from SPEC-audit.md, whose sections the comments name; needs Python 3.8 and openssl 1.1.1, or later.
Exit status: 0 clean, 1 tampered, 2 usage or input/output error, 3 intact but incomplete."""
import argparse, base64, functools, hashlib, io, json, os, re, subprocess, sys, tarfile, tempfile, time, zlib
from collections import Counter, namedtuple
from pathlib import Path
BASE64 = '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?'
NOTE = re.compile('((.+)\n(0|[1-9][0-9]*)\n(%s)\n(next [!-~]+\n)?)\n((?:— [^\\s\0-\x1f+]+ %s\n)+)' % (BASE64, BASE64))
STRING, HEAD = re.compile(rb'"(?:[^"\\]|\\.)*"'), ['seq', 'ts', 'line_type', 'prev_hash', 'frameworks']
OTHERS = {'SPEC-audit.md', 'checkpoint', 'checkpoints.notes', 'policy/policy.json', 'signing.pub', 'verify.py'}
Note, SPKI = namedtuple('Note', 'size root next is_genuine'), bytes.fromhex('302a300506032b6570032100')
def need(holds, why):
    if not holds: raise ValueError(why)
def sha(data): return hashlib.sha256(data).digest()
def read(path): return Path(path).read_bytes().decode('utf-8', 'replace')
def unbase64(text):  # 1 Terms
    need(re.fullmatch(BASE64, text), 'malformed base64')
    return base64.b64decode(text)
def read_keys(text):  # 5 Keys and signed notes
    keys = {}
    for line in (line.strip() for line in text.split('\n') if line.strip() and line[0] != '#'):
        name, ident, data = line.split('+', 2)
        need(sha(name.encode() + b'\n' + unbase64(data))[:4].hex() == ident, 'malformed key')
        keys['manifest' if name.endswith('/manifest') else 'log'] = name, ident, SPKI + unbase64(data)[1:]
    return {'log': [(0, keys['log'])], 'manifest': keys.get('manifest')}
@functools.lru_cache(1000)
def is_signed(key, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        for name, data in ('key', key[2]), ('text', message), ('sig', signature): Path(folder, name).write_bytes(data)
        command = 'openssl pkeyutl -verify -pubin -keyform DER -inkey key -rawin -in text -sigfile sig'
        return subprocess.run(command.split(), cwd=folder, capture_output=True).returncode == 0
def notes_in(text, keys):  # 6 Checkpoints; a signature is looked at only where something hangs on it
    for form in NOTE.finditer(text):
        key = [key for begin, key in keys if begin <= int(form[3])][-1]
        seals = [unbase64(data) for name, data in re.findall('— (.*) (.*)\n', form[6]) if name == form[2] == key[0]]
        seal = b''.join(data[4:] for data in seals if data[:4].hex() == key[1])  # none and two are no signature
        yield Note(int(form[3]), unbase64(form[4]), form[5], functools.partial(is_signed, key, form[1].encode(), seal))
def genuine_note(text, keys):
    note = NOTE.fullmatch(text) and next(notes_in(text, keys))
    return need(note and note.is_genuine(), 'the log key did not sign a checkpoint') or note
def statement(data, key, kind):  # 9 DSSE envelopes
    envelope, media = json.loads(data), b'application/vnd.in-toto+json'
    payload, (seal,) = unbase64(envelope['payload']), envelope['signatures']
    message = b'DSSEv1 %d %s %d %s' % (len(media), media, len(payload), payload)
    need(is_signed(key, message, unbase64(seal['sig'])), 'the manifest key did not sign it')
    said, types = json.loads(payload), ('https://in-toto.io/Statement/v1', 'https://waterwall.invalid/%s/v1' % kind)
    need((said['_type'], said['predicateType']) == types, 'another statement')
    return said['subject'], said['predicate']
def node(left, right): return sha(b'\1' + left + right)  # 3 Hashes, chain and tree
def root_of(frontier): return functools.reduce(lambda right, left: node(left, right), frontier[::-1] or [sha(b'')])
def climb(leaf, index, size, path):
    if size < 2 or not path: return need((index, size, path) == (0, 1, []), 'a proof of another length') or leaf
    half = 1 << (size - 1).bit_length() - 1
    if index < half: return node(climb(leaf, index, half, path[:-1]), path[-1])
    return node(path[-1], climb(leaf, index - half, size - half, path[:-1]))
def read_line(data, seq, before):  # 2 Lines
    need(len(data) <= 65535 and not re.search(rb'[^-\d{}\[\]:,]', STRING.sub(b'', data)), 'not what lines are made of')
    line = json.loads(data)
    again = json.dumps(line, ensure_ascii=False, separators=(',', ':')).encode()
    need(again == data and list(line)[:5] == HEAD, 'a line that is spelled otherwise')
    said, before = unbase64(line['prev_hash']), before if line['seq'] else bytes(32)
    need(seq in (None, line['seq']) and before in (None, said), 'line %s is not the one after the line before' % seq)
    return line, sha(b'\0' + data)
def walk(segments, keys, notes, whole, each):  # 4 Segments; of 11, steps 1, 3 and 4; `each` gets every line
    leaves, times, base, gone, due, last, torn = [], [], [], [], None, 'rotation', b''
    first = signed = covered = 0
    for name, stream in segments:
        begins = int(name[:20]) if re.fullmatch('[0-9]{20}\\.jsonl', name) else need(not whole, 'no name of a segment')
        due = need(due in (None, begins) and last == 'rotation' and not torn, 'a segment is not whole') or begins
        for torn in stream:
            if not torn.endswith(b'\n'): break
            line, leaf = read_line(torn[:-1], due, leaves[-1] if leaves else None)
            torn, due, last, covered, first = b'', line['seq'] + 1, line['line_type'], 0, line['seq'] - len(leaves)
            if last == 'checkpoint' and keys:
                note, path = genuine_note(line['note'], keys), [unbase64(hash) for hash in line['path']]
                need(1 <= note.size == line['size'] < due, 'a checkpoint line of another size')
                if note.size > first:
                    need(climb(leaves[note.size - 1 - first], note.size - 1, note.size, path) == note.root, 'forked')
                    base, covered, signed = base or [(note.size - 1, path[::-1])], note.size, max(signed, note.size)
            if 'pruned' in line: gone += [(line['pruned']['last'] + 1, [*map(unbase64, line['frontier'])], line['seq'])]
            leaves.append(leaf), times.append(line['ts']), each(line)
    end = need(due is not None or not whole, 'there is no segment') or due or 0
    size, frontier = min([*base, *(each[:2] for each in gone if each[0] >= first), (2**60, [])]) if first else (0, [])
    for note in sorted(notes, key=lambda note: note.size):
        need(note.size <= end or not whole or not note.is_genuine(), 'signed lines are missing at the end')
        for size in range(size, min(note.size, end)):
            leaf, rest, size = leaves[size - first], size, size + 1
            while rest % 2: leaf, rest = node(frontier.pop(), leaf), rest // 2
            frontier.append(leaf)
        fits = root_of(frontier) == note.root
        if size == note.size and (size > signed or not fits) and note.is_genuine():
            signed = need(fits, 'forked: a checkpoint is of another history') or size
    return first, end, leaves, times, signed, covered == end - 1, last, torn, gone
def verify_chain(path, keys, known):  # 11 Verification and verdicts
    at = Path(os.path.abspath(path))
    folder, chain, notes = at.is_dir(), at if at.is_dir() else at.parent, []
    files = sorted(chain.glob('*.jsonl')) if folder else [at]
    if keys:
        keys = key_epochs(keys, epochs_in(chain))
        beside = [*chain.parent.glob('checkpoint'), *chain.glob(('*' if folder else at.stem) + '.note')]
        notes = [genuine_note(read(name), keys) for name in beside] + [*notes_in('\n'.join(epochs_in(chain)), keys)]
        for name in [*chain.parent.glob('checkpoints/*.notes'), *known]: notes += notes_in(read(name), keys)
    segments = ((file.name, file.open('rb')) for file in files)
    first, end, _, times, signed, all_signed, last, torn, gone = walk(segments, keys, notes, folder, id)
    horizon = time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(time.time() - 600))
    def is_old(index): return not times or last == 'stop' or times[index] < horizon
    tail = 0 if all_signed else max(0, end - max(signed, first))
    why = {'no public key': not keys, 'no signed checkpoint': not signed, 'a torn tail': torn and is_old(-1),
           'an unsigned tail': tail > 200 or tail and is_old(-tail),
           'no beginning': folder and first and not any(first <= next and seq < signed for next, _, seq in gone)}
    return 'lines %d to %d, signed through %d' % (first, end - 1, signed - 1), [one for one in why if why[one]]
def check_receipt(text, keys):  # 8 Receipts
    form = re.fullmatch('c2sp\\.org/tlog-proof@v1\nextra (.+)\nindex (0|[1-9][0-9]*)\n((?:.+\n)*)\n((?s:.*))', text)
    need(form, 'malformed receipt')
    note, index, path = genuine_note(form[4], keys), int(form[2]), [unbase64(hash) for hash in form[3].split('\n')[:-1]]
    line, leaf = read_line(unbase64(form[1]), index, None)
    need(climb(leaf, index, note.size, path) == note.root, 'the proof does not lead to the root')
    return index, leaf, form[4], line, note
def key_epochs(keys, receipts):  # 5 Key epochs
    for text in receipts:
        index, _, _, line, note = check_receipt(text, keys)
        key = read_keys(line['vkey'])['log'][0][1]
        told, due = (line['line_type'], note.next, key[0]), ('key', 'next %s\n' % line['vkey'], keys[0][1][0])
        keys = need(told == due and note.size == index + 1 >= keys[-1][0], 'no key epoch') or [*keys, (index + 2, key)]
    return keys
def epochs_in(folder): return [*filter(re.compile('\nnext ').search, map(read, sorted(folder.glob('*.tlog-proof'))))]
def unpack(path, trusted):  # 10 Evidence bundles
    unzip = zlib.decompressobj(31)
    data = unzip.decompress(Path(path).read_bytes())
    archive = tarfile.open(fileobj=io.BytesIO(data), mode='r:')
    files = [(entry.name, archive.extractfile(entry).read()) for entry in archive.getmembers()]
    need(unzip.eof and not unzip.unused_data and data[archive.offset:] == bytes(1024), 'not one whole tar file')
    own_keys = read_keys(dict(files)['signing.pub'].decode())
    keys = trusted or own_keys
    listed, told = statement(dict(files)['MANIFEST.dsse.json'], keys['manifest'], 'evidence-bundle')
    listed = ['%s  %s' % (each['digest']['sha256'], each['name']) for each in listed]
    for name, data in files: listed += data.decode().splitlines() if name.endswith('.batch') else []
    found = ['%s  %s' % (sha(data).hex(), name) for name, data in files[1:]]
    need(sorted(found) == sorted(listed) and own_keys['log'] == keys['log'], 'other files than were listed, or keys')
    return {name: data for name, data in files if not name.endswith('.batch')}, told, keys
def verify_bundle(path, trusted):
    files, told, keys = unpack(path, trusted)
    signed, lines, sessions = files['checkpoint'].decode(), [], {}
    chain, epochs = ([name for name in files if re.match('chain/.*' + end, name)] for end in ('jsonl', 'tlog-proof'))
    notes = '\n'.join(files[name].decode() for name in [*epochs, 'checkpoint', 'checkpoints.notes'])
    key = key_epochs(keys['log'], (files[name].decode() for name in epochs))
    segments = ((name[6:], io.BytesIO(files[name])) for name in chain)
    first, end, leaves, *_ = walk(segments, key, notes_in(notes, key), False, lines.append)
    def types_in(lines): return Counter(each['type'] for line in lines for each in line.get('redactions', []))
    redactions, manifests = ([x for x in lines if x['line_type'] == kind] for kind in ('redaction', 'manifest'))
    receipts = {'receipts/%020d.tlog-proof' % line['seq']: line['seq'] for line in [*redactions, lines[-1]]}
    names = sorted([*chain, *receipts, *(line['file'] for line in manifests), *OTHERS & set(files)])
    need(list(files)[1:] == epochs + names, 'a file is missing, or one too many')
    for name, seq in receipts.items():
        need(check_receipt(files[name].decode(), key)[:3] == (seq, leaves[seq - first], signed), name + ' is another')
    for line in lines:
        sessions.setdefault(line.get('session'), []).append(line)
        if line['line_type'] == 'manifest':
            envelope, types = files[line['file']], types_in(sessions.pop(line.get('session')))
            said = statement(envelope, keys['manifest'], 'session-manifest')[1]
            fits = (said['redactions'], said['types']) == (sum(types.values()), types) or line['first'] < first
            need(fits and line['sha256'] == sha(envelope).hex(), line['file'] + ' is of another session')
    types, kinds = types_in(lines), Counter(line['line_type'] for line in lines)
    facts = {'first': first, 'last': end - 1, 'redactions': sum(types.values()), 'types': types, 'lines_by_type': kinds}
    need(facts.items() <= told.items(), 'the list tells other numbers than are true')
    return 'lines %d to %d, %d receipts' % (first, end - 1, len(receipts)), [] if trusted else ['no public key']
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('path'), parser.add_argument('--known', nargs='+', default=[])
    parser.add_argument('--pubkey', type=lambda path: read_keys(read(path)), default={})
    parser.add_argument('--epochs', type=Path, help='the folder with the receipts of key epochs, for a receipt')
    try:
        args = parser.parse_args()
        start = b'' if os.path.isdir(args.path) else open(args.path, 'rb').read(2)
        keys, folder = args.pubkey.get('log'), args.epochs or Path(args.path).parent
        if start == b'\x1f\x8b': found, why = verify_bundle(args.path, args.pubkey)
        elif start != b'c2': found, why = verify_chain(args.path, keys, args.known)
        elif keys: found, why = 'line %d' % check_receipt(read(args.path), key_epochs(keys, epochs_in(folder)))[0], []
        else: parser.error('no key')
    except OSError as error: return print('cannot read: %s' % error, file=sys.stderr) or 2
    except Exception as error: return print('tampered: %s' % error) or 1
    print('intact but incomplete (%s): %s' % ('; '.join(why), found) if why else 'clean: ' + found)
    return 3 if why else 0
if __name__ == '__main__': sys.exit(main())
