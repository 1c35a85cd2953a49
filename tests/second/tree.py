"""The tree, checkpoints and proofs. Sources: RFC 6962 section 2.1, C2SP signed-note, tlog-checkpoint, tlog-proof."""
import hashlib
import re

from second.forms import unbase64

FIRST_LINE = "c2sp.org/tlog-proof@v1\n"


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(entry):
    return sha256(b"\0", entry)


def parent(left, right):
    return sha256(b"\1", left, right)


class Tree:
    """Grows to the right; keeps the roots of its full subtrees, the largest first."""

    def __init__(self):
        self.size, self.full = 0, []

    def push(self, node):
        self.size += 1
        size = self.size
        while size % 2 == 0:
            node, size = parent(self.full.pop(), node), size // 2
        self.full.append(node)

    def root(self):
        node = self.full[-1] if self.full else sha256()
        for left in reversed(self.full[:-1]):
            node = parent(left, node)
        return node


def root_by_path(node, index, size, path):
    if index >= size:
        return None
    last = size - 1
    for sibling in path:
        if last == 0:
            return None
        if index % 2 or index == last:
            node = parent(sibling, node)
            while index and not index % 2:
                index, last = index // 2, last // 2
        else:
            node = parent(node, sibling)
        index, last = index // 2, last // 2
    return node if last == 0 else None


# Checkpoints and proofs. Sources: C2SP signed-note, tlog-checkpoint, tlog-proof.


def size_of(digits):
    good = re.fullmatch("0|[1-9][0-9]*", digits) and int(digits) < 1 << 64
    return int(digits) if good else None


def read_note(note):
    """(origin, size, root, signed text, [(name, id and signature)])"""
    text, blank, below = note.rpartition("\n\n")
    head = text.split("\n")
    if not blank or not below.endswith("\n") or len(head) != 3 or not head[0]:
        return None
    lines = [re.fullmatch("\u2014 ([^ ]+) (.*)", line) for line in below[:-1].split("\n")]
    signatures = [(line[1], unbase64(line[2])) for line in lines if line]
    size, root = size_of(head[1]), unbase64(head[2])
    good = len(lines) == len(signatures) <= 64 and all(len(one or b"") > 4 for _, one in signatures)
    if not good or size is None or root is None or len(root) != 32:
        return None
    return head[0], size, root, (text + "\n").encode(), signatures


def read_proof(text):
    """(entry, index, whether the path leads to the root, note)"""
    above, blank, note = text.removeprefix(FIRST_LINE).partition("\n\n")
    lines, note = above.split("\n"), read_note(note)
    if not text.startswith(FIRST_LINE) or not blank or not note or len(lines) < 2:
        return None
    if not lines[0].startswith("extra ") or not lines[1].startswith("index "):
        return None
    entry, index = unbase64(lines[0][6:]), size_of(lines[1][6:])
    path = [unbase64(line) for line in lines[2:]]
    if entry is None or index is None or len(path) > 64 or any(len(x or b"") != 32 for x in path):
        return None
    try:
        entry.decode("utf-8")
    except ValueError:
        return None
    return entry, index, root_by_path(leaf(entry), index, note[1], path) == note[2], note
