"""Entries of the log."""
import re

from second.forms import canonical, fits, instant, is_number, is_plain

NUMBERS = "seq cap certified count destroyed epoch failed sent version".split()
PLAIN = ("act id node certificate change digest key order person purge serial sha256 slot tenant "
         "trigger until").split()
COMMON = {"act", "actor", "id", "node", "seq", "t", "v"}


def is_person(value):
    return type(value) is str and re.fullmatch("[A-Za-z0-9_-]{22}[.][0-9]+", value) is not None


def is_actor(value):
    good = isinstance(value, dict) and is_plain(value.get("type")) and value["type"]
    return good and all(is_plain(value.get(key, "")) for key in ("id", "owner"))


FORMS = {"actor": is_actor, "t": instant, "v": lambda v: type(v) is int and v == 1,
         "dry_run": lambda v: type(v) is bool and [v], "epochs": [is_number], "shares": [is_number],
         "people": [is_person], "read": lambda v: is_plain(v) and re.fullmatch("red_[0-9a-f]{32}", v),
         **dict.fromkeys(NUMBERS, is_number), **dict.fromkeys(PLAIN, is_plain)}


def read_entry(line):
    """The entry, with its instant as `at` and the person behind it as `by`; or a code."""
    read = canonical(line)
    if not read or not isinstance(read[0], dict):
        return "not-canonical"
    entry = read[0]
    if not COMMON <= set(entry) or not all(fits(entry[k], FORMS[k]) for k in entry if k in FORMS):
        return "not-an-entry"
    whose = {"client": "owner", "user": "id"}.get(entry["actor"]["type"], "")
    return dict(entry, at=instant(entry["t"]), by=entry["actor"].get(whose))
