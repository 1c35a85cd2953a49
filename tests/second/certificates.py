"""Deletion certificates and their completions."""
import json
import re

from second.ed25519 import is_signed
from second.entry import read_entry
from second.forms import (
    canonical, day, dump, fits, instant, is_number, is_short, is_text, public_key, tokyo_day, unbase64)
from second.keys import Keys
from second.log import SKEW, check_log
from second.tree import read_proof, sha256

JWS = {"payload": is_text, "protected": is_text, "signature": is_text}
TRIGGERS = ("correction", "early", "misdirected", "scheduled", "tenant-exit")
PAYLOAD = {
    "addressee?": {"contract": is_text, "name": is_text},
    "approved_by": [{"at": instant, "entry": is_number, "role": is_text, "user": is_text}],
    "audit": {"entries": [is_number], "origin": is_text},
    "demo": lambda v: type(v) is bool and [v], "department": is_text, "grace_days": is_short,
    "holdings": [{"article": is_text, "end": day, "purpose": is_text, "rule": is_text, "start": day}],
    "lock_a": {"done": instant, "state": is_text},
    "lock_b": {"copies_unattested": is_short, "due": instant, "epochs": [is_short], "state": is_text},
    "method": {"also": is_text, "category": is_text, "technique": is_text},
    "performed_by": {"job?": is_text, "node": is_text},
    "reason": is_text, "responsible": is_text, "retention_until?": day, "serial": is_text,
    "standing_order": lambda v: v is None and [v] or is_text(v),
    "target": {"file_kind": is_text, "record": is_text, "relationship": is_text, "versions": [{
        "blob_sha256": is_text, "epoch": is_short, "slot": is_text, "slot_sha256": is_text,
        "ver": is_short}]},
    "tenant": {"id": is_text, "name": is_text},
    "time_source": {"max_error_ms?": is_short, "sync": is_text},
    "trigger": lambda v: v in TRIGGERS, "typ": is_text, "vault": is_text, "ver": is_short,
    "verification": {"by": is_text, "key_open": is_text, "read_back": is_text,
                     "scan": {"files": [is_text], "hits": is_short}}}
COMPLETION = {"certificate_sha256": is_text, "destroyed_at": instant, "epochs": [is_short],
              "serial": is_text, "typ": is_text, "ver": is_short}


def open_jws(jws, trust, found):
    """(payload, its bytes, the key) of a genuine signature."""
    header = canonical(unbase64(jws["protected"], url=True) or b"")
    form = {"alg": lambda v: v == "EdDSA", "kid": is_text}
    if not header or not fits(header[0], form):
        return found.append("cert-header")
    key = next((k for k in trust["certificate_keys"] if k["kid"] == header[0]["kid"]), None)
    if not key:
        return found.append("cert-unknown-key")
    signed = f"{jws['protected']}.{jws['payload']}".encode()
    data = unbase64(jws["payload"], url=True)
    signature = unbase64(jws["signature"], url=True) or b""
    if data is None or not is_signed(public_key(key["key"]), signed, signature):
        return found.append("cert-signature")
    return canonical(data), data, key


def is_valid(key, at):
    return instant(key["from"]) <= at < instant(key["until"])


class Certificate:
    """One certificate; what does not hold is in `found`. `payload` is None if it did not open."""

    def __init__(self, data, trust, keys, now, found):
        self.found, self.payload = found, None
        try:
            text = data.decode("utf-8")
            file = json.loads(text)
            ordered_jws = lambda jws: {key: jws[key] for key in JWS}
            done = file["completion"] and ordered_jws(file["completion"])
            again = {"certificate": ordered_jws(file["certificate"]), "proof": file["proof"], "completion": done}
            form = {"certificate": JWS, "proof": is_text, "completion?": JWS}
            good = fits(file, form) and dump(again) == text
        except (ValueError, KeyError, TypeError, RecursionError):
            good = False
        if not good:
            return self.bad("cert-encoding")
        opened = open_jws(file["certificate"], trust, found)
        if not opened:
            return
        read, self.data, self.key = opened
        if not read or not fits(read[0], PAYLOAD):
            return self.bad("cert-schema")
        proof = read_proof(file["proof"])
        if not proof:
            return self.bad("proof-form")
        self.entry, self.index, leads, self.note = proof
        self.bad("checkpoint-signature", keys.signers(self.note))
        self.bad("foreign-origin", self.note[0] == keys.origin)
        self.bad("proof-inclusion", leads)
        self.payload, self.done_jws = read[0], file["completion"]
        self.rules(trust)
        self.complete(trust, now)

    def bad(self, code, unless=False):
        if not unless:
            self.found.append(code)

    def rules(self, trust):
        p, origin = self.payload, trust["origin"]
        self.bad("cert-type", p["typ"] == "azekura-deletion-certificate" and p["ver"] == 1)
        self.bad("demo", p["demo"] == trust["demo"])
        self.bad("foreign-origin", p["audit"]["origin"] == origin == "azekura/" + p["vault"])
        self.bad("serial", re.fullmatch("[0-9]{4}-[0-9]{6,}", p["serial"]))
        self.announced(read_entry(self.entry))
        self.approvals(p)
        self.locks(p)
        self.retention(p)
        checked = p["verification"]
        gone = (checked["read_back"], checked["key_open"], checked["scan"]["hits"])
        self.bad("verification", gone == ("deleted", "refused", 0))
        self.bad("time-source", p["time_source"]["sync"] in ("ntp", "nts", "none"))

    def announced(self, entry):
        p = self.payload
        if isinstance(entry, str):
            return self.bad("proof-entry")
        told = [entry["act"], entry["seq"], *(entry.get(k) for k in (
            "serial", "sha256", "person", "purge", "tenant"))]
        self.bad("proof-entry", told == [
            "certificate.issued", self.index, p["serial"], sha256(self.data).hex(),
            p["target"]["record"], p["performed_by"].get("job"), p["tenant"]["id"]])
        self.bad("cert-key-date", is_valid(self.key, entry["at"]))
        self.bad("lock-a", instant(p["lock_a"]["done"]) <= entry["at"] + SKEW)

    def approvals(self, p):
        by, entries = p["approved_by"], p["audit"]["entries"]
        self.bad("approvers", len({one["user"] for one in by}) == len(by) >= 2)
        decided = p["trigger"] != "scheduled" or p["standing_order"] is not None
        must = {"maker", "approver"} if decided else {"delete", "manager"}
        roles = {one["role"] for one in by}
        self.bad("approver-roles", p["trigger"] == "correction" or must <= roles)
        self.bad("standing-order", p["standing_order"] is None or p["trigger"] == "scheduled")
        self.bad("approved-late", all(instant(one["at"]) <= instant(p["lock_a"]["done"]) for one in by))
        listed = all(one["entry"] in entries for one in by)
        self.bad("audit-entries", listed and entries == sorted(set(entries)))

    def locks(self, p):
        a, b, versions = p["lock_a"], p["lock_b"], p["target"]["versions"]
        self.bad("lock-a", a["state"] == "done")
        self.bad("lock-b", b["state"] == "pending" and instant(b["due"]) >= instant(a["done"]))
        whole = versions and all(one["epoch"] in b["epochs"] for one in versions)
        self.bad("lock-b", whole and b["epochs"] == sorted(set(b["epochs"])))
        unlike = all(len({one[key] for one in versions}) == len(versions) for key in ("slot", "ver"))
        digests = [one[key] for one in versions for key in ("blob_sha256", "slot_sha256")]
        self.bad("target", unlike and all(re.fullmatch("[0-9a-f]{64}", one) for one in digests))

    def retention(self, p):
        until, today = day(p.get("retention_until")), tokyo_day(instant(p["lock_a"]["done"]))
        self.bad("holdings", all(day(one["start"]) <= day(one["end"]) for one in p["holdings"]))
        if p["trigger"] == "scheduled":
            over = until is not None and until < today
            self.bad("retention", over and all(day(one["end"]) <= until for one in p["holdings"]))
        else:
            self.bad("reason", p["reason"])
        free = p["demo"] or p["trigger"] in ("correction", "misdirected")
        self.bad("grace", free or p["grace_days"] >= 1)

    def complete(self, trust, now):
        p = self.payload
        if self.done_jws is None:
            return self.bad("completion-missing", now < instant(p["lock_b"]["due"]))
        opened = open_jws(self.done_jws, trust, [])
        done = opened and opened[0] and fits(opened[0][0], COMPLETION) and opened[0][0]
        self.bad("completion", done and is_valid(opened[2], instant(done["destroyed_at"])) and (
            done["typ"], done["ver"], done["serial"], done["certificate_sha256"], done["epochs"]) == (
            "azekura-deletion-completion", 1, p["serial"], sha256(self.data).hex(), p["lock_b"]["epochs"]
        ) and instant(done["destroyed_at"]) >= instant(p["lock_a"]["done"]))

    def seqs(self):
        p = self.payload
        return {self.index, *p["audit"]["entries"], *(one["entry"] for one in p["approved_by"])}

    def against(self, log):
        p, note, job = self.payload, self.note, self.payload["performed_by"].get("job")
        self.bad("not-this-log", log.roots.get(note[1]) == note[2])
        self.bad("not-this-log", log.lines.get(self.index, (None,))[0] == self.entry)
        done, first, last = instant(p["lock_a"]["done"]), log.first, log.last
        self.bad("lock-a", first is not None and first <= done <= last)
        told = [self.destroyed(version, log) for version in p["target"]["versions"]]
        self.bad("deletion-not-in-log", all(told))
        told = [one for one in told if one]
        epochs = {epoch for one in told for epoch in one.get("epochs", [])}
        self.bad("deletion-not-in-log", not epochs or epochs == set(p["lock_b"]["epochs"]))
        batch = log.batches.get(job, {"trigger": None, "change": None, "order": None})
        if job is None:
            self.bad("batch-not-in-log", p["trigger"] == "correction")
            change = told[0].get("change") if told else None
        else:
            said = (batch["trigger"], batch["order"]) == (p["trigger"], p["standing_order"])
            self.bad("batch-not-in-log", said)
            change = batch["change"] or log.orders.get(batch["order"], {}).get("change")
        agreed = all(self.is_told(one, job, change, log) for one in p["approved_by"])
        self.bad("approval-not-in-log", agreed)
        if self.done_jws is not None:
            self.completed(log)

    def destroyed(self, version, log):
        about = {"act": "number.destroyed", "person": self.payload["target"]["record"],
                 "version": version["ver"], "slot": version["slot"]}
        for seq in self.payload["audit"]["entries"]:
            entry = log.lines.get(seq, (None, {}))[1]
            same_epoch = entry.get("epoch", version["epoch"]) == version["epoch"]
            if same_epoch and all(entry.get(key) == value for key, value in about.items()):
                return entry
        return None

    def is_told(self, approval, job, change, log):
        entry = log.lines.get(approval["entry"], (None, None))[1]
        role = entry and (approval["role"], entry["act"])
        if role in (("delete", "purge.confirmed"), ("manager", "purge.approved")):
            about = entry.get("purge") == job
        elif role in (("maker", "change.proposed"), ("approver", "change.approved")):
            about = change is not None and entry.get("change") == change
        else:
            return False
        return about and (entry["by"], entry["at"]) == (approval["user"], instant(approval["at"]))

    def completed(self, log):
        data = unbase64(self.done_jws["payload"], url=True) or b""
        told = log.completed.get(self.payload["serial"])
        if not told or told.get("sha256") != sha256(data).hex():
            return self.bad("completion-not-in-log")
        read = canonical(data)
        if read and fits(read[0], COMPLETION):
            at, ends = instant(read[0]["destroyed_at"]), [log.gone.get(e) for e in read[0]["epochs"]]
            within = ends and None not in ends and max(ends) <= at + SKEW and at <= told["at"] + SKEW
            self.bad("epochs-not-in-log", within)


def check_certificates(files, export, links, trust, now, silence):
    found = [] if files else ["no-certificate"]
    keys = Keys(trust, export["keys"] if export else links, found)
    opened = [one for one in (Certificate(f, trust, keys, now, found) for f in files) if one.payload]
    serials = [one.payload["serial"] for one in opened]
    found += ["serial-twice"] * (len(serials) != len(set(serials)))
    if export:
        seqs = set().union(*(one.seqs() for one in opened))
        sizes = {one.note[1] for one in opened}
        log = check_log(export, trust, keys, found, silence, sizes, seqs)
        for one in opened:
            one.against(log)
    return found
