"""Encodings, each in its one form. A reader answers None for anything else."""
import base64
import datetime
import json
import re

from second.ed25519 import decompress

DEEPEST = 16


def unbase64(text, url=False):
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4 if url else 0)
        data = base64.b64decode(padded, b"-_" if url else None, validate=True)
        again = base64.urlsafe_b64encode(data).rstrip(b"=") if url else base64.b64encode(data)
        return data if again == text.encode("ascii") else None
    except ValueError:
        return None


def public_key(text):
    data = unbase64(text)
    return data if data and len(data) == 32 and decompress(data) else None


def refuse(_):
    raise ValueError


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def depth(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def ordered(value):
    if isinstance(value, dict):
        plain = all(is_plain(key) for key in value)
        return plain and list(value) == sorted(value) and all(map(ordered, value.values()))
    return all(map(ordered, value)) if isinstance(value, list) else True


def canonical(data):
    """The value of canonical JSON, in a list."""
    try:
        text = data.decode("utf-8") if isinstance(data, bytes) else data
        value = json.loads(text, parse_float=refuse, parse_constant=refuse)
        good = dump(value) == text and ordered(value) and depth(value) <= DEEPEST
        return [value] if good else None
    except (ValueError, RecursionError):
        return None


def is_plain(value):
    return type(value) is str and not re.search(r'["\\\x00-\x1f]', value)


def is_number(value, bits=64):
    return type(value) is int and 0 <= value < 1 << bits


def is_short(value):
    return is_number(value, 32)


def is_text(value):
    return type(value) is str


def day(text):
    try:
        good = type(text) is str and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
        return datetime.date.fromisoformat(text).toordinal() - 719_163 if good else None
    except ValueError:
        return None


def instant(text):
    parts = type(text) is str and re.fullmatch(
        "([0-9-]{10})T([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])[.]([0-9]{3})Z", text)
    date = day(parts[1]) if parts else None
    if date is None:
        return None
    hour, minute, second, milli = map(int, parts.groups()[1:])
    return (((date * 24 + hour) * 60 + minute) * 60 + second) * 1000 + milli


def tokyo_day(ms):
    return (ms + 9 * 3_600_000) // 86_400_000


def fits(value, form):
    """Whether a value has a form: keys that end in ? may be missing or null."""
    if isinstance(form, dict):
        must = {key for key in form if not key.endswith("?")}
        may = must | {key[:-1] for key in form if key.endswith("?")}
        if not isinstance(value, dict) or not must <= set(value) <= may:
            return False
        return all(key in must and fits(one, form[key]) or key not in must and (
            one is None or fits(one, form[key + "?"])) for key, one in value.items())
    if isinstance(form, list):
        return isinstance(value, list) and all(fits(one, form[0]) for one in value)
    return form(value) not in (None, False)
