#!/usr/bin/env bash
# A first installation, from nothing to a number that was read for its purpose, with curl and python3.
# Everybody is 見本. For a real one, each part is done by the person it names, at their own desk.
#
# usage: docs/first-installation.sh FOLDER
#
# AZEKURA          the program (default: azekura)
# LISTEN           where it serves (default: 127.0.0.1:8443)
# TLS_CERT TLS_KEY certificate and key of the vault, PEM; without them it serves plain HTTP on loopback
# TLS_CA           whom curl trusts for that certificate, PEM
# SERVE            further options of azekura serve, such as --allow-root in a container
set -euo pipefail

main() {
    folder="$(mkdir -p "$1" && cd "$1" && pwd)"
    azekura="${AZEKURA:-azekura}"
    umask 077
    ceremony
    serve
    people
    organisation
    main_job
    evidence
}

# Two people hold the ceremony. Their secrets go to files, which they take away.
ceremony() {
    cat >"$folder/ceremony.toml" <<'TOML'
version = 1

[unlock]
credential = "unlock"

[recovery]
rehearsal = "files"
shares = [
    { holder = "見本 一郎", file = "share-1" },
    { holder = "見本 二郎", file = "share-2" },
    { holder = "見本 三郎", file = "share-3" },
]

[[administrators]]
name = "管理 一子"
token = "token-1"

[[administrators]]
name = "管理 二子"
token = "token-2"
TOML
    "$azekura" init --data-dir "$folder/vault" --ceremony "$folder/ceremony.toml" \
        --trust "$folder/trust.json" --transcript "$folder/transcript.json"
    done_with "the ceremony: entry 0 of the log is the digest of its transcript"
}

serve() {
    local options=(--data-dir "$folder/vault" --unlock-file "$folder/unlock"
        --listen "${LISTEN:-127.0.0.1:8443}")
    [ -z "${TLS_CERT:-}" ] || options+=(--tls-cert "$TLS_CERT" --tls-key "$TLS_KEY")
    # shellcheck disable=SC2086
    "$azekura" serve "${options[@]}" ${SERVE:-} >"$folder/serve.out" 2>"$folder/serve.err" &
    server=$!
    trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT
    local left=600
    until base="$(sed -n 's/^listening on //p' "$folder/serve.out" | tail -n 1)" && [ -n "$base" ]; do
        kill -0 "$server" 2>/dev/null && [ "$((left -= 1))" -gt 0 ] || fail "the vault does not serve"
        sleep 0.1
    done
    done_with "the vault serves at $base"
}

# Each person makes their own credentials with a token that only they were given.
people() {
    first="$(enrol "$(cat "$folder/token-1")" ichiko.k)"
    second="$(enrol "$(cat "$folder/token-2")" niko.k)"
    rm "$folder/token-1" "$folder/token-2"
    member manager sato.m "見本 責任"
    member handler suzuki.m "見本 入力"
    member checker tanaka.m "見本 点検"
    member auditor ito.m "見本 監査"
    member viewer kato.m "見本 閲覧"
    done_with "two administrators, and five people on whom both agreed"
}

organisation() {
    today="$(TZ=Asia/Tokyo date +%F)"
    year="${today%%-*}"
    change="$(call POST /v1/orgs "$first" \
        '{"name":"株式会社架空商事","profile":"standard","manager":"'"$manager_id"'"}' | pick id)"
    call POST "/v1/changes/$change/approve" "$second" >/dev/null
    org="$(call GET /v1/orgs "$first" | pick items.0.id)"
    in="/v1/orgs/$org"
    local role
    role="$(call GET "$in/changes?status=pending" "$first" | pick items.0.content.id)"
    call POST "$in/appointments/$role/accept" "$manager" >/dev/null
    appoint auditor "$auditor_id" "$auditor"
    appoint viewer "$viewer_id" "$viewer"
    designate "$handler_id" "$handler" '"enter","check","use"'
    designate "$checker_id" "$checker" '"check","delete"'
    change="$(call POST "$in/notices" "$handler" '{"bundles":["withholding"],"channel":"intranet",
        "texts":{"employee":"個人番号は源泉徴収票の作成に利用します（見本）"},"from":"'"$today"'"}' |
        pick id)"
    call POST "$in/changes/$change/approve" "$manager" >/dev/null
    done_with "an organisation with manager, auditor, viewer, two handlers and a notice"
    client
}

# The administrator who did not propose the manager today asks for the payroll program, the manager
# agrees, its owner fetches the key.
client() {
    change="$(call POST "$in/clients" "$second" '{"name":"給与計算（見本）","owner":"'"$handler_id"'",
        "purposes":["withholding"],"kinds":["employee"],"operations":["people","reads"],
        "quota_per_hour":100,"quota_per_day":200,"until":"'"$((year + 1))"'-03-31"}')"
    call POST "$in/changes/$(pick id <<<"$change")/approve" "$manager" >/dev/null
    payroll="$(call POST "$in/clients/$(pick content.id <<<"$change")/secret" "$handler" | pick key)"
    done_with "a payroll program with a grant of its own"
}

main_job() {
    local number=123456789018 person read
    person="$(call POST "$in/people" "$handler" '{"external_ref":"E0001","kind":"employee",
        "name":{"family":"架空","given":"花子","family_kana":"カクウ","given_kana":"ハナコ"},
        "birth_date":"1990-04-01","started_on":"'"$((year - 1))"'-04-01"}' | pick id)"
    change="$(call POST "$in/changes" "$handler" '{"type":"register","person":"'"$person"'",
        "number":"'"$number"'","purposes":["withholding"],
        "identity_check":{"method":"mn_card","verified_on":"'"$today"'"}}' | pick id)"
    refused 403 same-person POST "$in/changes/$change/check" "$handler" '{"number":"'"$number"'"}'
    call POST "$in/changes/$change/check" "$checker" '{"number":"'"$number"'"}' >/dev/null
    done_with "a number, entered by one person and keyed again by another"
    read='{"purpose":"withholding_slip","period":"'"$year"'","reference":"源泉徴収票（見本）",
        "people":[{"external_ref":"E0001"}]}'
    [ "$(call POST "$in/reads" "$payroll" "$read" | pick results.0.number)" = "$number" ] ||
        fail "the number that was read is not the one that was entered"
    refused 403 not-designated POST "$in/reads" "$manager" "$read"
    refused 403 not-designated POST "$in/reads" "$first" "$read"
    done_with "the number, read for its purpose by the payroll program and by nobody else"
}

evidence() {
    "$azekura" log export --data-dir "$folder/vault" "$folder/evidence"
    kill "$server" && wait "$server"
    done_with "the log in $folder/evidence; verify it with azekura-verify log and $folder/trust.json"
}

# --- what the steps above share

done_with() { printf '✔ %s\n' "$1"; }
fail() { printf '✘ %s\n' "$1" >&2; exit 1; }

# call METHOD PATH TOKEN [JSON]: the body of an answer that must be a success. Tokens and bodies go
# through pipes, never through arguments, which every user of the machine can read.
call() {
    local answer
    answer="$(ask "$@")"
    [[ "${answer##*$'\n'}" == 2* ]] || fail "$1 $2: ${answer}"
    printf '%s\n' "${answer%$'\n'*}"
}

# refused STATUS CODE METHOD PATH TOKEN [JSON]: the vault must say no, for this reason.
refused() {
    local answer
    answer="$(ask "${@:3}")"
    [ "${answer##*$'\n'}" = "$1" ] && [ "$(pick code <<<"${answer%$'\n'*}")" = "$2" ] ||
        fail "$3 $4 was to be refused as $2: ${answer}"
}

# The body of an answer and, on a line of its own, its status.
ask() {
    local config
    config="$(printf 'header = "Content-Type: application/json"\n'
        [ -z "$3" ] || printf 'header = "Authorization: Bearer %s"\n' "$3"
        [ -z "${TLS_CA:-}" ] || printf 'cacert = "%s"\n' "$TLS_CA")"
    local body=()
    [ -z "${4:-}" ] || body=(--data-binary @-)
    printf '%s' "${4:-}" | curl --silent --show-error --request "$1" --write-out '\n%{http_code}' \
        --config <(printf '%s\n' "$config") "${body[@]}" "$base$2"
}

# enrol TOKEN LOGIN: makes credentials as their owner does, and gives the session that follows.
enrol() {
    local password begun code
    password="Mihon-$(python3 -c 'import secrets; print(secrets.token_urlsafe(15))')-7a"
    begun="$(call POST /v1/enrolments "" \
        '{"token":"'"$1"'","login":"'"$2"'","password":"'"$password"'"}')"
    code="$(pick totp_secret <<<"$begun" | totp)"
    call POST "/v1/enrolments/$(pick id <<<"$begun")/confirm" "" '{"totp":"'"$code"'"}' | pick token
}

# member VARIABLE LOGIN NAME: one administrator proposes a person, the other approves, the person
# enrols. Sets VARIABLE to the session and VARIABLE_id to the account.
member() {
    local change approval
    change="$(call POST /v1/users "$first" '{"display_name":"'"$3"'"}')"
    approval="$(call POST "/v1/changes/$(pick id <<<"$change")/approve" "$second")"
    printf -v "$1_id" %s "$(pick content.user <<<"$change")"
    printf -v "$1" %s "$(enrol "$(pick enrolment_token <<<"$approval")" "$2")"
}

# appoint ROLE USER SESSION: the manager offers a role, its holder accepts it.
appoint() {
    local change
    change="$(call POST "$in/appointments" "$manager" '{"user":"'"$2"'","role":"'"$1"'"}')"
    call POST "$in/appointments/$(pick content.id <<<"$change")/accept" "$3" >/dev/null
}

# designate USER SESSION CAPABILITIES: a line of the roster, accepted by whom it names, and a training
# that they confirm.
designate() {
    local change
    change="$(call POST "$in/designations" "$manager" '{"user":"'"$1"'","capabilities":['"$3"'],
        "purposes":["withholding"],"kinds":["employee"],"from":"'"$today"'"}')"
    call POST "$in/designations/$(pick content.id <<<"$change")/accept" "$2" '{"pledge":1}' >/dev/null
    change="$(call POST "$in/training" "$manager" \
        '{"user":"'"$1"'","on":"'"$today"'","subject":"特定個人情報の取扱い（見本）"}')"
    call POST "$in/training/$(pick id <<<"$change")/confirm" "$2" >/dev/null
}

# pick PATH: one value of the JSON on standard input, such as items.0.id.
pick() {
    python3 -c '
import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    value = value[int(key)] if key.isdigit() else value[key]
print(value)' "$1"
}

# The one-time code of now for the base32 secret on standard input. Source: RFC 6238.
totp() {
    python3 -c '
import base64, hashlib, hmac, struct, sys, time
secret = sys.stdin.read().strip()
key = base64.b32decode(secret + "=" * (-len(secret) % 8))
digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
at = digest[-1] & 15
print("%06d" % ((struct.unpack(">I", digest[at:at + 4])[0] & 0x7FFFFFFF) % 1000000))'
}

[ $# -eq 1 ] || { sed -n '2,12p' "$0" >&2; exit 2; }
main "$1"
