"""The keys of the log: which of them may sign which trees."""
import re

from second.ed25519 import is_signed
from second.entry import read_entry
from second.forms import public_key
from second.tree import FIRST_LINE, read_proof, sha256


class Keys:
    """Which key may sign trees of which sizes. An interval is [name, key, node, from, until]."""

    def __init__(self, trust, links, found):
        self.origin, self.closed = trust["origin"], {}
        known = sorted(trust["log_keys"], key=lambda one: (one.get("node") or "", one.get("from_size", 0)))
        self.intervals = [
            [one["name"], public_key(one["key"]), one.get("node"), one.get("from_size", 0), None]
            for one in known]
        for one, following in zip(self.intervals, self.intervals[1:]):
            one[4] = following[3] - 1 if following[2] == one[2] else None
        self.begin = min(one[3] for one in self.intervals)
        for link in re.split("(?<=.)(?=^" + re.escape(FIRST_LINE) + ")", links, flags=re.M | re.S):
            problem = self.join(read_proof(link)) if link else None
            if problem:
                found.append(problem)
                break

    def signers(self, note):
        """The intervals of the keys that signed a note and may; none if one of them did not."""
        _, size, _, text, signatures = note
        able, signed = [], []
        for one in self.intervals:
            if one[3] <= size and (one[4] is None or size <= one[4]):
                key_id = sha256(one[0].encode(), b"\n\1", one[1])[:4]
                ours = [s[4:] for name, s in signatures if name == one[0] and s[:4] == key_id]
                able += [one] * bool(ours)
                signed += [is_signed(one[1], text, signature) for signature in ours]
        return able if all(signed) else []

    def join(self, proof):
        """Takes a link of the chain; a code if it leads nowhere."""
        if not proof:
            return "log-key-form"
        data, index, leads, note = proof
        entry = read_entry(data)
        key = not isinstance(entry, str) and public_key(entry.get("key", ""))
        later = index > max(self.closed, default=-1)
        if not key or entry["seq"] != index or note[0] != self.origin:
            return "log-key-link"
        if not leads or not later:
            return "log-key-link"
        if note[1] < self.begin:
            return None
        signers, node = self.signers(note), entry["node"]
        if entry["act"] == "log.key.reestablished":
            if not any(one[1] == key for one in signers):
                return "log-key-unconfirmed"
        else:
            own = [one for one in signers if one[2] in (None, node)]
            if entry["act"] != "log.key" or not own:
                return "log-key-link"
            following = [own[0][0], key, node, note[1] + 1, own[0][4]]
            own[0][2], own[0][4] = node, note[1]
            if following[4] is None or following[3] <= following[4]:
                self.intervals.append(following)
        self.closed[index] = note
        return None
