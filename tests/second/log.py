"""The log: its tree, and what its entries promise each other."""
from second.entry import read_entry
from second.forms import day, instant, public_key, tokyo_day
from second.tree import Tree, leaf, read_note

MAX_ENTRY, SKEW = 8192, 5_000


class Log:
    """One pass over the entries; what does not hold is in `found`, as codes."""

    def __init__(self, found, silence):
        self.found, self.silence = found, silence
        self.lines, self.roots, self.entries = {}, {}, 0
        self.first = self.last = self.latest = None
        self.running, self.named, self.reads = {}, [], {}
        self.changes, self.checks, self.effects = {}, set(), []
        self.epochs, self.gone, self.orders = {}, {}, {}
        self.batches, self.by_change, self.slots = {}, {}, {}
        self.serials, self.issued, self.completed = set(), {}, {}

    def bad(self, code, unless=False):
        if not unless:
            self.found.append(code)

    def read(self, data, sizes, seqs):
        tree, start = Tree(), 0
        self.roots[0] = tree.root()
        while start < len(data):
            end = data.find(b"\n", start, start + MAX_ENTRY + 2)
            if end < 0:
                self.bad("line-end")
                break
            line, start, place = data[start:end], end + 1, self.entries
            self.bad("line-length", len(line) <= MAX_ENTRY)
            tree.push(leaf(line))
            self.entries += 1
            if self.entries in sizes:
                self.roots[self.entries] = tree.root()
            entry = read_entry(line)
            if isinstance(entry, str):
                self.bad(entry)
                continue
            if place in seqs:
                self.lines[place] = (line, entry)
            self.bad("sequence", entry["seq"] == place)
            self.first, self.last = entry["at"] if self.first is None else self.first, entry["at"]
            for take in (self.rhythm, self.change, self.epoch, self.order, self.purge, self.release):
                take(entry)
            self.chain(place, entry)

    def finish(self, keys):
        self.bad("empty-log", self.entries > 0)
        for beat in self.running.values():
            self.bad("heartbeat-gap", self.last - beat <= self.silence)
        self.bad("effect-without-approval", all(map(self.is_approved, self.effects)))
        records = [one for batch in self.batches.values() for one in batch["records"].values()]
        self.bad("certificate-missing", all(one["certified"] for one in records))
        for note in keys.closed.values():
            self.bad("log-key-other", self.roots.get(note[1]) == note[2])
        for place, entry in self.named:
            if place in keys.closed or place < keys.begin:
                continue
            if entry["act"] == "log.key":
                self.bad("log-key-open")
            else:
                key = public_key(entry.get("key", ""))
                named = any(one[1] == key and one[3] > place for one in keys.intervals)
                self.bad("log-key-unconfirmed", named)

    def compare(self, note, earlier, keys):
        if not note:
            return self.bad("checkpoint-form")
        origin, size, root = note[:3]
        self.bad("checkpoint-signature", keys.signers(note))
        self.bad("foreign-origin", origin == keys.origin)
        self.bad("entries-missing", self.entries >= size)
        self.bad("entries-unsigned", self.entries <= size)
        self.bad("root-mismatch", self.roots.get(size, root) == root)
        if earlier:
            self.bad("earlier-checkpoint", keys.signers(earlier))
            self.bad("rolled-back", size >= earlier[1] and self.entries >= earlier[1])
            self.bad("forked", self.roots.get(earlier[1], earlier[2]) == earlier[2])

    def rhythm(self, entry):
        at, act, node = entry["at"], entry["act"], entry["node"]
        back = self.latest is not None and at < self.latest - SKEW
        self.bad("time-back", not back)
        self.latest = at if back or self.latest is None else max(at, self.latest)
        if act == "vault.started":
            self.running[node] = at
        elif act in ("heartbeat", "vault.stopped"):
            if node not in self.running:
                return self.bad("heartbeat-stopped")
            self.bad("heartbeat-gap", at - self.running[node] <= self.silence)
            self.running[node] = at
            if act == "vault.stopped":
                del self.running[node]

    def chain(self, place, entry):
        if entry["act"] in ("log.key", "log.key.reestablished"):
            shares = entry.get("shares") or [0]
            two = "change" in entry or shares[0] != shares[-1]
            self.bad("log-key-people", entry["act"] == "log.key" or two)
            self.named.append((place, entry))

    def is_approved(self, change):
        return bool(self.changes.get(change, {}).get("approvers"))

    def change(self, entry):
        act, change, by = entry["act"], entry.get("change"), entry["by"]
        if change is None:
            return self.bad("not-an-entry", not act.startswith(("change.", "check.")))
        known = self.changes.get(change)
        if act == "change.proposed":
            self.bad("change-proposed-twice", known is None)
            self.changes[change] = {"by": by, "digest": entry.get("digest"), "approvers": [], "over": False}
        elif act in ("change.rejected", "change.withdrawn", "change.expired"):
            if known is None:
                return self.bad("change-not-proposed")
            self.bad("change-settled", not known["over"])
            known["over"] = True
        elif act == "change.approved":
            if known is None:
                return self.bad("change-not-proposed")
            self.bad("change-settled", not known["over"])
            self.bad("change-digest", known["digest"] and entry.get("digest") == known["digest"])
            self.bad("change-without-maker", known["by"] is not None)
            if by is None:
                return self.bad("change-without-approver")
            self.bad("change-same-person", by != known["by"])
            self.bad("change-approved-twice", by not in known["approvers"])
            known["approvers"].append(by)
        elif act == "check.intent":
            self.checks.add(change)
        elif act == "check.outcome":
            self.bad("check-without-intent", change in self.checks)
            self.checks.discard(change)
        elif act not in ("change.mismatch", "number.destroyed", "certificate.issued"):
            self.effects.append(change)

    def epoch(self, entry):
        act, epoch = entry["act"], entry.get("epoch")
        steps = ["epoch.created", "epoch.closed", "epoch.retired", "epoch.destroyed"]
        if act == "number.activated":
            self.bad("epoch-not-open", self.epochs.get(epoch) == 0)
        elif act in steps:
            if epoch is None:
                return self.bad("not-an-entry")
            step = steps.index(act)
            if step == 0:
                self.bad("epoch-order", epoch > max(self.epochs, default=-1))
                self.epochs.setdefault(epoch, 0)
            else:
                self.bad("epoch-order", self.epochs.get(epoch) == step - 1)
                self.epochs[epoch] = step
            if step == 3:
                self.gone[epoch] = entry["at"]

    def order(self, entry):
        act, order = entry["act"], entry.get("order")
        if not act.startswith("standing_order."):
            return
        if order is None:
            self.bad("not-an-entry")
        elif act == "standing_order.approved":
            self.bad("order-twice", order not in self.orders)
            self.orders.setdefault(order, dict(entry, revoked=False))
        elif act in ("standing_order.revoked", "standing_order.ended"):
            self.bad("order-unknown", order in self.orders)
            if order in self.orders:
                self.orders[order]["revoked"] = True

    def covers(self, batch, entry):
        order = self.orders.get(batch["order"])
        if order is None:
            return self.bad("order-unknown")
        ours = order.get("tenant") == entry.get("tenant")
        self.bad("order-not-agreed", ours and self.is_approved(order.get("change")))
        until, at = order.get("until"), entry["at"]
        end = instant(until)
        within = day(until) >= tokyo_day(at) if day(until) is not None else end is not None and end >= at
        self.bad("order-over", within and not order["revoked"])
        self.bad("order-cap", batch["count"] <= order.get("cap", 0))

    def purge(self, entry):
        act, purge = entry["act"], entry.get("purge")
        if act == "number.activated":
            self.bad("slot-reused", entry.get("slot", "") not in self.slots)
            self.slots[entry.get("slot", "")] = "in use"
        elif act == "number.destroyed":
            self.destroy(entry)
        elif act == "certificate.issued":
            self.certify(entry)
        elif act == "certificate.completed":
            self.complete(entry)
        elif act.startswith("purge."):
            if purge is None:
                return self.bad("not-an-entry")
            if act == "purge.proposed":
                self.propose(purge, entry)
            elif purge not in self.batches:
                self.bad("purge-not-proposed")
            else:
                self.step(act, self.batches[purge], entry)

    def propose(self, purge, entry):
        trigger, change, order = (entry.get(key) for key in ("trigger", "change", "order"))
        if trigger in (None, "scheduled"):
            good = change is None
        else:
            decided = trigger in ("early", "misdirected", "tenant-exit")
            good = decided and change is not None and order is None
        self.bad("purge-trigger", good)
        self.bad("purge-proposed-twice", purge not in self.batches)
        self.batches[purge] = {
            "trigger": trigger or "scheduled", "change": change, "order": order, "records": {},
            "digest": entry.get("digest"), "count": entry.get("count", 0), "confirmer": None,
            "approver": None, "cancelled": False, "started": False}

    def step(self, act, batch, entry):
        self.bad("purge-settled", not batch["cancelled"])
        if act in ("purge.confirmed", "purge.approved"):
            self.bad("purge-digest", batch["digest"] and entry.get("digest") == batch["digest"])
            self.bad("purge-not-a-person", entry["by"] is not None)
            self.bad("purge-settled", not batch["started"])
        if act == "purge.confirmed":
            batch["confirmer"] = entry["by"]
        elif act == "purge.approved":
            self.bad("purge-not-confirmed", batch["confirmer"] is not None)
            self.bad("purge-same-person", entry["by"] != batch["confirmer"])
            batch["approver"] = entry["by"]
        elif act == "purge.cancelled":
            batch["cancelled"] = True
        elif act == "purge.started":
            batch["started"] = True
            if batch["change"] is not None:
                self.bad("purge-not-agreed", self.is_approved(batch["change"]))
            elif batch["order"] is not None:
                self.covers(batch, entry)
            else:
                two = batch["confirmer"] is not None and batch["approver"] is not None
                self.bad("purge-not-agreed", two)
        elif act == "purge.finished":
            records = batch["records"].values()
            counts = (len(records), sum(one["certified"] for one in records))
            self.bad("purge-counts", (entry.get("destroyed"), entry.get("certified")) == counts)

    def destroy(self, entry):
        person, slot, purge, change = (entry.get(key) for key in ("person", "slot", "purge", "change"))
        if person is None or slot is None or "version" not in entry:
            return self.bad("not-an-entry")
        self.bad("destroyed-twice", self.slots.get(slot) != "destroyed")
        self.slots[slot] = "destroyed"
        batch = self.batches.get(purge)
        if batch and batch["started"] and not batch["cancelled"]:
            new = person not in batch["records"]
            record = batch["records"].setdefault(person, {"certified": False, "epochs": []})
            record["epochs"] += entry.get("epochs", [])
            self.bad("purge-counts", not new or len(batch["records"]) != batch["count"] + 1)
        elif purge is None and change is not None:
            self.by_change.setdefault((change, person), []).extend(entry.get("epochs", []))
        else:
            self.bad("destroyed-without-purge")

    def certify(self, entry):
        person, serial, purge = (entry.get(key) for key in ("person", "serial", "purge"))
        if person is None or serial is None or "sha256" not in entry:
            return self.bad("not-an-entry")
        self.bad("serial-twice", serial not in self.serials)
        self.serials.add(serial)
        if purge is not None:
            record = self.batches.get(purge, {"records": {}})["records"].get(person)
            epochs = record and record["epochs"]
            if record:
                self.bad("certificate-twice", not record["certified"])
                record["certified"] = True
        else:
            epochs = self.by_change.get((entry.get("change"), person))
        if epochs is None:
            return self.bad("certificate-without-deletion")
        self.issued[serial] = (entry.get("certificate"), person, list(epochs))

    def complete(self, entry):
        serial = entry.get("serial")
        issued = self.issued.get(serial)
        if not issued or issued[:2] != (entry.get("certificate"), entry.get("person")):
            return self.bad("completed-unknown")
        self.bad("completed-early", all(epoch in self.gone for epoch in issued[2]))
        self.bad("completed-twice", serial not in self.completed)
        self.completed[serial] = entry

    def release(self, entry):
        act, read = entry["act"], entry.get("read")
        if act not in ("number.release.intent", "number.release.outcome"):
            return
        known = self.reads.get(read)
        if read is None:
            self.bad("not-an-entry")
        elif act == "number.release.intent":
            people = len(entry.get("people", []))
            self.bad("intent-people", 1 <= people <= 100)
            known = self.reads.setdefault(read, [0, False])
            known[0] += 0 if entry.get("dry_run") else people
        elif known is None:
            self.bad("outcome-without-intent")
        else:
            self.bad("outcome-twice", not known[1])
            known[1] = True
            told = entry.get("sent", 0) + entry.get("failed", 0)
            self.bad("outcome-beyond-intent", told <= known[0])


def check_log(export, trust, keys, found, silence, sizes=(), seqs=()):
    log, note = Log(found, silence), read_note(export["checkpoint"])
    earlier = read_note(trust["checkpoint"]) if trust.get("checkpoint") is not None else None
    kept = [one[1] for one in (note, earlier, *keys.closed.values()) if one]
    log.read(export["entries"], {*sizes, *kept}, set(seqs))
    log.finish(keys)
    log.compare(note, earlier, keys)
    return log
