#!/usr/bin/env python3
"""Checks logs and deletion certificates offline: a second implementation of docs/formats-log.md.

    verify.py log DIR --trust FILE
    verify.py cert FILE... --trust FILE [--log DIR | --keys FILE]

Exit code: 0 if something was verified and all of it holds, 1 if not, 2 if nothing could be checked.
It uses the standard library only, and shares nothing with azekura-verify but the page above.
"""
import argparse
import json
import os
import sys
import time

sys.dont_write_bytecode = True  # the sources stay as they are

from second.certificates import check_certificates
from second.forms import fits, instant, is_number, is_text, public_key
from second.keys import Keys
from second.log import check_log
from second.tree import read_note

TRUST = {
    "origin": is_text, "demo": lambda v: type(v) is bool and [v], "checkpoint?": is_text,
    "log_keys": [{"name": is_text, "key": public_key, "from_size?": is_number, "node?": is_text}],
    "certificate_keys": [{"kid": is_text, "key": public_key, "from": instant, "until": instant}]}


class Unusable(Exception):
    """Nothing could be checked."""


def read_trust(data):
    try:
        trust = json.loads(data)
    except ValueError as error:
        raise Unusable("the trust file is no JSON") from error
    if not fits(trust, TRUST) or not trust["log_keys"]:
        raise Unusable("the trust file is not complete")
    begins = [(one.get("node"), one.get("from_size", 0)) for one in trust["log_keys"]]
    kids = [one["kid"] for one in trust["certificate_keys"]]
    if len(set(begins)) != len(begins) or len(set(kids)) != len(kids):
        raise Unusable("the keys in the trust file cannot be told apart")
    if trust.get("checkpoint") is not None:
        note = read_note(trust["checkpoint"])
        if not note or note[0] != trust["origin"]:
            raise Unusable("the earlier checkpoint in the trust file is not one of this log")
    return trust


def slurp(path):
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise Unusable(f"could not read {path}") from error


def read_export(folder):
    keys = os.path.join(folder, "log-keys")
    return {"entries": slurp(os.path.join(folder, "entries.jsonl")),
            "checkpoint": slurp(os.path.join(folder, "checkpoint")).decode("utf-8", "replace"),
            "keys": slurp(keys).decode("utf-8", "replace") if os.path.exists(keys) else ""}


def findings(what, given, trust, now, silence):
    if what == "log":
        found = []
        check_log(given["log"], trust, Keys(trust, given["log"]["keys"], found), found, silence)
        return found
    return check_certificates(given["files"], given["log"], given["keys"], trust, now, silence)


def cases():
    """Reads many cases as JSON lines, for the tests; answers each with whether it holds, and codes."""
    for line in sys.stdin:
        case = json.loads(line)
        given = {"files": [text.encode() for text in case["files"]], "log": case["log"], "keys": case["keys"]}
        if given["log"]:
            given["log"]["entries"] = given["log"]["entries"].encode()
        trust = read_trust(json.dumps(case["trust"]))
        found = findings(case["what"], given, trust, case["now"], 300_000)
        print(json.dumps([not found, sorted(set(found))]))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    which = parser.add_subparsers(dest="what", required=True)
    log, cert = which.add_parser("log"), which.add_parser("cert")
    which.add_parser("cases")
    log.add_argument("dir")
    cert.add_argument("files", nargs="+")
    cert.add_argument("--log")
    cert.add_argument("--keys")
    for one in (log, cert):
        one.add_argument("--trust", required=True)
        one.add_argument("--heartbeat-gap", type=int, default=300)
    return parser.parse_args()


def main():
    given = arguments()
    if given.what == "cases":
        return cases()
    folder = given.dir if given.what == "log" else given.log
    inside = folder and os.path.realpath(given.trust).startswith(os.path.realpath(folder) + os.sep)
    if inside:
        raise Unusable("a trust file that lies inside the export is not to be trusted")
    trust, export = read_trust(slurp(given.trust)), read_export(folder) if folder else None
    what = {"log": export, "files": [], "keys": ""}
    if given.what == "cert":
        what["files"] = [slurp(path) for path in given.files]
        what["keys"] = slurp(given.keys).decode("utf-8", "replace") if given.keys else ""
    found = findings(given.what, what, trust, int(time.time() * 1000), given.heartbeat_gap * 1000)
    print("\n".join([f"FAILED  {code}" for code in dict.fromkeys(found)] or ["verified: all of it holds"]))
    return 1 if found else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Unusable as problem:
        print(f"verify.py: {problem}", file=sys.stderr)
        sys.exit(2)
