#!/bin/bash
# Runs the shipped binary against a real Bluesky network on loopback (../shared/real/bluesky): signed in through
# the PDS and anonymously at the AppView, an edit, a second run, a report that is read back from the moderation service, re-checks
# of a deleted post, and the platform's own rate limit.
#
#   tests/real/bluesky_real.sh [HEED_BINARY]        status 0 passed, 1 failed, 77 the network cannot be had here
#
# By hand, or by tests/run --real.  The first start takes about four minutes, later ones a few seconds.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
heed=${1:-${HEED_BINARY:-$root/build/release/heed}}
network=${HEED_REAL_BLUESKY:-$root/../shared/real/bluesky}

say() { echo "bluesky_real: $*"; }
skip() { say "SKIPPED: $*"; exit 77; }
failures=0
expect() {  # expect WHAT ACTUAL EXPECTED
  if [ "$2" = "$3" ]; then say "ok: $1"; else say "FAILED: $1: got \"$2\", expected \"$3\""; failures=$((failures + 1)); fi
}

[ -x "$network/start.sh" ] || skip "no real network at $network"
[ -x "$heed" ] || { say "FAILED: no heed at $heed: build it first"; exit 1; }
[ "$(id -u)" = 0 ] || skip "starting the network needs root"
command -v curl >/dev/null || skip "curl is not installed"
command -v npm >/dev/null || skip "npm is not installed"

# Its own ports and folders, so that a network somebody is using stays as it is.
work=$(mktemp -d) || exit 1
export HEED_BLUESKY_RUN=$work/network PLC_PORT=3582 PDS_PORT=3583 BSKY_PORT=3584 OZONE_PORT=3587 PGPORT=6440 RDPORT=7390
chmod 755 "$work"
finish() { "$network/stop.sh"; rm -rf "$work"; }
trap finish EXIT
say "starting the network"
RATE_LIMITS=1 "$network/start.sh" >"$work/started" 2>"$work/start.log" || { cat "$work/start.log"; skip "the network does not start here"; }
command -v python3 >/dev/null || skip "python3 is not installed"
pds=http://localhost:$PDS_PORT appview=http://localhost:$BSKY_PORT

ozone_did=$(grep -o '"ozoneDid": *"[^"]*"' "$work/started" | cut -d'"' -f4)
[ -n "$ozone_did" ] || { say "FAILED: the network names no moderation service: $(cat "$work/started")"; exit 1; }

field() { python3 -c 'import json,sys; print(json.load(sys.stdin).get(sys.argv[1], ""))' "$1"; }
xrpc() { curl -sS -X POST "$pds/xrpc/$1" -H 'content-type: application/json' ${3:+-H "authorization: Bearer $3"} -d "$2"; }
account() { xrpc com.atproto.server.createAccount "{\"handle\":\"$1.test\",\"email\":\"$1@example.com\",\"password\":\"pass-$1\"}"; }
record() { printf '{"$type":"app.bsky.feed.post","text":"%s","createdAt":"%s"}' "$1" "$(date -u +%Y-%m-%dT%H:%M:%S.000Z)"; }
post() { xrpc com.atproto.repo.createRecord "{\"repo\":\"$did\",\"collection\":\"app.bsky.feed.post\",\"record\":$(record "$1")}" "$token" | field uri; }

account oakmooroffice >/dev/null
made=$(account kit)
did=$(field did <<<"$made") token=$(field accessJwt <<<"$made")
[ -n "$token" ] || { say "FAILED: no account: $made"; exit 1; }
threat=$(post "I am going to kill the headteacher at Oakmoor School tomorrow")
small=$(post "oakmoor school staff are useless fucking cunts, all of you")
critic=$(post "Oakmoor School should answer parents sooner, three weeks is too long")
other=$(post "I am going to kill the headteacher at Northfield High tomorrow")
for number in $(seq 1 130); do post "Oakmoor School bake sale, stall $number" >/dev/null; done   # more than one page
say "posted 134 posts"

mkdir -m 700 "$work/data"
echo "pass-oakmooroffice" >"$work/password"
cat >"$work/heed.toml" <<END
lexicons = "$root/lexicons"
[[school]]
id = "oakmoor"
name = "Oakmoor School"
hashtags = ["OakmoorSchool"]
places = ["Brackwell"]
[[source]]
id = "signed-in"
school = "oakmoor"
connector = "bluesky"
service = "$pds"
handle = "oakmooroffice.test"
password_file = "password"
appview = "$appview"
directory = "http://localhost:$PLC_PORT"
moderation = "$ozone_did"
accept_terms = true
[[source]]
id = "anonymous"
school = "oakmoor"
connector = "bluesky"
appview = "$appview"
END

scan() { "$heed" scan --config "$work/heed.toml" --data "$work/data" >"$work/scan.log" 2>&1 || { say "heed scan says:"; cat "$work/scan.log"; failures=$((failures + 1)); }; }
# cases GLOBAL_ID: how many cases of the queue hold that post
cases() { "$heed" queue --json --config "$work/heed.toml" --data "$work/data" | python3 -c '
import json, sys
print(sum(case["global_id"] == sys.argv[1] for case in json.load(sys.stdin)))' "$1"; }

sleep 2   # posts reach the AppView within a second
scan
expect "a threat is queued once, though two sources read it" "$(cases "$threat")" 1
expect "a post in small letters is found on a server that minds capitals" "$(cases "$small")" 1
expect "criticism is not queued" "$(cases "$critic")" 0
expect "another school's post is not queued" "$(cases "$other")" 0
queued=$("$heed" queue --json --config "$work/heed.toml" --data "$work/data" | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))')
expect "nothing else is queued" "$queued" 2
scan
expect "a second run doubles nothing" "$(cases "$threat")" 1

edited=$(record "Oakmoor School: I will find you and stab every one of you")
xrpc com.atproto.repo.putRecord "{\"repo\":\"$did\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"${critic##*/}\",\"record\":$edited}" "$token" >/dev/null
sleep 2
scan
expect "a post edited into a threat is queued" "$(cases "$critic")" 1

# A report: proposed by one, approved by another, sent by the shipped binary, read back from the moderation service by its key.
heed_() { "$heed" "$@" --config "$work/heed.toml" --data "$work/data"; }
case_of() { heed_ queue --json | python3 -c '
import json, sys
print(next((case["id"] for case in json.load(sys.stdin) if case["global_id"] == sys.argv[1]), 0))' "$1"; }
events() { curl -sS -u admin:admin-pass "http://localhost:$OZONE_PORT/xrpc/tools.ozone.moderation.queryEvents?types=tools.ozone.moderation.defs%23modEventReport&limit=100"; }
reports_on() { events | python3 -c '
import json, sys
found = [e for e in json.load(sys.stdin)["events"] if e["subject"].get("uri") == sys.argv[1]]
for e in found: print(e["event"]["reportType"], (e.get("modTool") or {}).get("name", ""), len(((e.get("modTool") or {}).get("meta") or {}).get("key", "")), e["event"].get("comment", ""))' "$1"; }
number=$(case_of "$threat")
heed_ case decide "$number" --finding breach --category threat --severity 4 --why "says he will kill" --as ada >/dev/null
reason=$(heed_ report show "$number" --json | field suggested)
say "the form suggests $reason"
expect "the form suggests a reason for a threat" "${reason#*#}" reasonViolenceThreats
heed_ report propose "$number" --reason "$reason" --text "It says that a member of staff will be hurt." --as ada >/dev/null || failures=$((failures + 1))
heed_ case approve "$number" 1 --hold 0 --as ada >/dev/null 2>&1 && own=yes || own=no
expect "nobody approves their own proposal" "$own" no
heed_ report send >/dev/null
expect "nothing reaches the moderation service unapproved" "$(reports_on "$threat" | wc -l)" 0
heed_ case approve "$number" 1 --hold 0 --as head >/dev/null
heed_ report send >"$work/sent.log" 2>&1
cat "$work/sent.log"
heed_ report send >/dev/null
reports_on "$threat" >"$work/back.log"
cat "$work/back.log"
expect "the moderation service has the report, once" "$(wc -l <"$work/back.log")" 1
expect "with its reason, heed's name, its key and its words" "$(sed "s#heed/[0-9.]*#heed#" "$work/back.log")" "$reason heed 32 It says that a member of staff will be hurt."
expect "heed kept the number" "$(heed_ report list --json | python3 -c 'import json,sys; print(json.load(sys.stdin)["reports"][0]["reference"] != "")')" True
expect "the post is up" "$(heed_ recheck "$number" | grep -c ': up$')" 1
xrpc com.atproto.repo.deleteRecord "{\"repo\":\"$did\",\"collection\":\"app.bsky.feed.post\",\"rkey\":\"${threat##*/}\"}" "$token" >/dev/null
sleep 3
heed_ recheck "$number" >"$work/look.log" 2>&1
cat "$work/look.log"
expect "its author has deleted it, which is not yet told as removed" "$(grep -c 'gone_by_author, to be confirmed' "$work/look.log")" 1

# The PDS allows 30 sign-ins in five minutes; the one after is a real 429 and must be shown as such.
for _ in $(seq 1 31); do
  curl -sS -o /dev/null -X POST "$pds/xrpc/com.atproto.server.createSession" -H 'content-type: application/json' -d '{"identifier":"oakmooroffice.test","password":"wrong"}'
done
"$heed" scan --config "$work/heed.toml" --data "$work/data" >"$work/limited.log" 2>&1
tr -s " \n" " " <"$work/limited.log" | grep -q "asked too often" && said=yes || said=no
expect "a real 429 is said, not swallowed" "$said" yes
[ "$said" = yes ] || cat "$work/limited.log"

[ "$failures" = 0 ] && say "passed" || say "$failures failed"
[ "$failures" = 0 ]
