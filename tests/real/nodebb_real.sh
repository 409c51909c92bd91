#!/bin/bash
# Runs the shipped binary against a real NodeBB forum on loopback: newest posts and search, a forum that lets strangers not search, an edit,
# a flag that is read back from the moderators' list, a second flag, and re-checks of what was closed to strangers, deleted and purged.
#
#   HEED_REAL_NODEBB=FOLDER tests/real/nodebb_real.sh [HEED_BINARY]        status 0 passed, 1 failed, 77 it cannot be had here
#
# FOLDER is a checkout of NodeBB 4 with its packages: cp install/package.json . && npm install --omit=dev.  It stays as it is.  NodeBB 4 wants node 22:
# HEED_REAL_NODE names it where `node` is older.  Wants redis-server.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
heed=${1:-${HEED_BINARY:-$root/build/release/heed}}
forum=${HEED_REAL_NODEBB:-}
node=${HEED_REAL_NODE:-node}

say() { echo "nodebb_real: $*"; }
skip() { say "SKIPPED: $*"; exit 77; }
failures=0
expect() {  # expect WHAT ACTUAL EXPECTED
  if [ "$2" = "$3" ]; then say "ok: $1"; else say "FAILED: $1: got \"$2\", expected \"$3\""; failures=$((failures + 1)); fi
}

[ -n "$forum" ] || skip "HEED_REAL_NODEBB names no NodeBB"
[ -d "$forum/node_modules" ] && [ -f "$forum/app.js" ] || skip "no NodeBB with its packages in $forum"
[ -x "$heed" ] || { say "FAILED: no heed at $heed: build it first"; exit 1; }
heed=$(realpath "$heed")
for program in curl python3 redis-server "$node"; do command -v "$program" >/dev/null || skip "$program is not installed"; done
[ "$("$node" -p 'process.versions.node.split(".")[0]')" -ge 22 ] || skip "NodeBB 4 wants node 22: name one in HEED_REAL_NODE"

port=${NODEBB_PORT:-5567} redis_port=${NODEBB_REDIS_PORT:-7392}
work=$(mktemp -d) || exit 1
redis_pid= forum_pid=
finish() {
  [ -z "$forum_pid" ] || { kill "$forum_pid" 2>/dev/null; wait "$forum_pid" 2>/dev/null; }
  [ -z "$redis_pid" ] || { kill "$redis_pid" 2>/dev/null; wait "$redis_pid" 2>/dev/null; }
  rm -rf "$work"
}
trap finish EXIT

redis-server --port "$redis_port" --bind 127.0.0.1 --dir "$work" --save "" >"$work/redis.log" 2>&1 &
redis_pid=$!
# A copy of its own, but for the packages: setting up writes into the folder.
mkdir "$work/forum"
tar -C "$forum" --exclude=./node_modules --exclude=./.git --exclude=./config.json --exclude=./logs -cf - . | tar -C "$work/forum" -xf -
ln -s "$forum/node_modules" "$work/forum/node_modules"
mkdir -p "$work/forum/logs"
cd "$work/forum" || exit 1
base=http://127.0.0.1:$port
say "setting the forum up"
"$node" nodebb setup "{\"url\":\"$base\",\"port\":\"$port\",\"bind_address\":\"127.0.0.1\",\"secret\":\"oakmoor\",\"database\":\"redis\",\"redis:host\":\"127.0.0.1\",\"redis:port\":$redis_port,\"redis:password\":\"\",\"redis:database\":0,\"admin:username\":\"moderator\",\"admin:email\":\"moderator@oakmoor.example\",\"admin:password\":\"a-Long-Passw0rd\",\"admin:password:confirm\":\"a-Long-Passw0rd\"}" --skip-build \
  >"$work/setup.log" 2>&1 || { tail -20 "$work/setup.log"; skip "the forum cannot be set up here"; }

# Two members, and a token for each of them.
cat >"$work/prepare.js" <<'END'
'use strict';
const root = process.cwd();
require(root + '/require-main');
require('nconf').argv().env({separator: '__'});
require(root + '/src/prestart').loadConfig(root + '/config.json');
(async () => {
  await require(root + '/src/database').init();
  const meta = require(root + '/src/meta');
  await meta.configs.init();
  await meta.configs.setMultiple({initialPostDelay: 0, newbiePostDelay: 0, postDelay: 0, postQueue: 0});
  const tokens = require(root + '/src/api/utils').tokens;
  console.log('token moderator ' + await tokens.generate({uid: 1, description: 'moderator'}));
  for (const username of ['kit', 'oakmooroffice']) {
    const uid = await require(root + '/src/user').create({username, password: 'a-Long-Passw0rd', email: username + '@oakmoor.example'});
    console.log('token ' + username + ' ' + await tokens.generate({uid, description: username}));
  }
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
END
cp "$work/prepare.js" prepare.js
"$node" prepare.js >"$work/tokens" 2>"$work/prepare.log" || { say "FAILED: the forum's members cannot be made: $(grep -m 1 Error "$work/prepare.log")"; exit 1; }
token() { awk -v who="$1" '$1 == "token" && $2 == who {print $3}' "$work/tokens"; }
moderator=$(token moderator) kit=$(token kit) office=$(token oakmooroffice)
[ -n "$office" ] || { say "FAILED: no tokens: $(cat "$work/tokens")"; exit 1; }

NODE_ENV=production "$node" app.js >"$work/forum.log" 2>&1 &
forum_pid=$!
for _ in $(seq 1 180); do
  [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' "$base/api/recent")" = 200 ] && break
  kill -0 "$forum_pid" 2>/dev/null || { tail -20 "$work/forum.log"; skip "the forum does not start here"; }
  sleep 1
done
say "NodeBB $(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["version"])' "$forum/package.json") answers"

call() { curl -sS -m 60 -X "$1" "$base/api/v3/$3" -H "authorization: Bearer $2" -H 'content-type: application/json' ${4:+-d "$4"}; }
pick() { python3 -c '
import json, sys
value = json.load(sys.stdin)
for part in sys.argv[1].split("."): value = value.get(part, "") if isinstance(value, dict) else ""
print(value)' "$1"; }
post() { call POST "$kit" "topics/$topic" "{\"content\":\"$1\"}" | pick response.pid; }

call PUT "$moderator" categories/2 '{"postQueue":0}' >/dev/null
made=$(call POST "$kit" topics '{"cid":2,"title":"Schools of the town","content":"Which one do you like?"}')
topic=$(pick response.tid <<<"$made")
[ -n "$topic" ] || { say "FAILED: no topic: $made"; exit 1; }
threat=$(post "I am going to kill the headteacher at Oakmoor School tomorrow")
abuse=$(post "Oakmoor School staff are useless fucking cunts, all of you")
critic=$(post "Oakmoor School should answer parents sooner, three weeks is too long")
other=$(post "I am going to kill the headteacher at Northfield High tomorrow")
for number in $(seq 1 25); do post "Oakmoor School bake sale, stall $number" >/dev/null; done   # more than one page of newest posts
inside=$(call POST "$moderator" categories '{"name":"Members only"}' | pick response.cid)
call DELETE "$moderator" "categories/$inside/privileges/groups:topics:read" '{"member":"guests"}' >/dev/null
call POST "$kit" topics "{\"cid\":$inside,\"title\":\"Only between us\",\"content\":\"I am going to kill every teacher at Oakmoor School\"}" >/dev/null
say "posted 31 posts"

mkdir -m 700 "$work/data"
echo "$office" >"$work/token"
configuration() {  # configuration FILE LINES: a source with these settings
  cat >"$1" <<END
lexicons = "$root/lexicons"
[[school]]
id = "oakmoor"
name = "Oakmoor School"
places = ["Brackwell"]
[[source]]
id = "forum"
school = "oakmoor"
connector = "nodebb"
server = "$base"
accept_terms = true
token_file = "$work/token"
$2
END
}
configuration "$work/heed.toml" 'queries = []
latest = true'
configuration "$work/search.toml" ''
heed_() { "$heed" "$@" --config "$work/heed.toml" --data "$work/data"; }
scan() { heed_ scan >"$work/scan.log" 2>&1 || { say "heed scan says:"; cat "$work/scan.log"; failures=$((failures + 1)); }; }
cases() { heed_ queue --json | python3 -c '
import json, sys
print(sum(case["global_id"].endswith(":" + sys.argv[1]) for case in json.load(sys.stdin)))' "$1"; }
case_of() { heed_ queue --json | python3 -c '
import json, sys
print(next((case["id"] for case in json.load(sys.stdin) if case["global_id"].endswith(":" + sys.argv[1])), 0))' "$1"; }

# --- newest posts
scan
expect "a threat among the newest posts is queued" "$(cases "$threat")" 1
expect "abuse is queued" "$(cases "$abuse")" 1
expect "criticism is not" "$(cases "$critic")" 0
expect "another school's post is not" "$(cases "$other")" 0
expect "nothing else is, nor what members alone may read" "$(heed_ queue --json | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))')" 2
scan
expect "a second run doubles nothing" "$(cases "$threat")" 1
call PUT "$kit" "posts/$critic" '{"content":"Oakmoor School: I will find you and stab every one of you"}' >/dev/null
scan
expect "a post edited into a threat is queued" "$(cases "$critic")" 1

# --- search, which strangers may not use until the forum lets them
mkdir -m 700 "$work/searched"
"$heed" scan --config "$work/search.toml" --data "$work/searched" >"$work/refused.log" 2>&1
tr -s " \n" " " <"$work/refused.log" | grep -q "does not let strangers search" && said=yes || said=no
expect "a search strangers may not use is said, with what to do" "$said" yes
[ "$said" = yes ] || cat "$work/refused.log"
call PUT "$moderator" categories/0/privileges/groups:search:content '{"member":"guests"}' >/dev/null
"$heed" scan --config "$work/search.toml" --data "$work/searched" >"$work/searched.log" 2>&1 || { cat "$work/searched.log"; failures=$((failures + 1)); }
found=$("$heed" queue --json --config "$work/search.toml" --data "$work/searched" | python3 -c 'import json,sys; print(len(json.load(sys.stdin)))')
expect "a search finds the same" "$found" 3

# --- a flag: proposed by one, approved by another, sent by the shipped binary, read back from the moderators' list
flags() { curl -sS -m 30 -H "authorization: Bearer $moderator" "$base/api/flags" | python3 -c '
import json, sys
print(sum(str(flag["targetId"]) == sys.argv[1] for flag in json.load(sys.stdin)["flags"]))' "$1"; }
number=$(case_of "$threat")
heed_ case decide "$number" --finding breach --category threat --severity 4 --why "says he will kill" --as ada >/dev/null
heed_ report propose "$number" --reason in-words --text "It says that a member of staff will be hurt." --as ada >/dev/null || failures=$((failures + 1))
heed_ report send >/dev/null
expect "nothing reaches the moderators unapproved" "$(flags "$threat")" 0
heed_ case approve "$number" 1 --hold 0 --as head >/dev/null
heed_ report send
heed_ report send >/dev/null
expect "the moderators have the flag, once" "$(flags "$threat")" 1
flag=$(curl -sS -m 30 -H "authorization: Bearer $moderator" "$base/api/flags" | python3 -c 'import json,sys; print(json.load(sys.stdin)["flags"][0]["flagId"])')
words=$(curl -sS -m 30 -H "authorization: Bearer $moderator" "$base/api/flags/$flag" | grep -c "It says that a member of staff will be hurt.")
expect "with its words" "$words" 1

# One that the school's account has flagged by hand already: the forum says so, and heed shows it.
second=$(case_of "$abuse")
call POST "$office" flags "{\"type\":\"post\",\"id\":$abuse,\"reason\":\"by hand\"}" >/dev/null
heed_ case decide "$second" --finding breach --category abuse --severity 3 --why "insults all staff" --as ada >/dev/null
heed_ report propose "$second" --reason in-words --text "It insults everybody who works there." --as ada >/dev/null || failures=$((failures + 1))
heed_ case approve "$second" 1 --hold 0 --as head >/dev/null
heed_ report send >"$work/again.log" 2>&1
tr -s " \n" " " <"$work/again.log" | grep -q "post already flagged" && said=yes || said=no
expect "a second flag is refused, in plain words" "$said" yes
[ "$said" = yes ] || cat "$work/again.log"

# --- whether it is still up
look() { heed_ recheck "$1" 2>&1 | sed -n 's/^Case [0-9]*: //p'; }
expect "the post is up" "$(look "$number")" "up"
call PUT "$kit" "posts/$threat" '{"content":"I am going to kill the headteacher at Oakmoor School today"}' >/dev/null
expect "an edit since is told" "$(look "$number")" "up_edited"
call DELETE "$moderator" "categories/2/privileges/groups:topics:read" '{"member":"guests"}' >/dev/null
expect "what members alone may see now is not gone" "$(look "$number")" "up_limited"
call PUT "$moderator" "categories/2/privileges/groups:topics:read" '{"member":"guests"}' >/dev/null
call DELETE "$kit" "posts/$threat/state" >/dev/null
expect "its author has deleted it, which is not yet told as removed" "$(look "$number")" "gone_by_author, to be confirmed"
call PUT "$kit" "posts/$threat/state" >/dev/null
call DELETE "$moderator" "posts/$threat/state" >/dev/null
expect "a moderator has deleted it" "$(look "$number")" "gone_by_platform, to be confirmed"
call DELETE "$moderator" "posts/$threat" >/dev/null
expect "purged, it is gone and nobody says by whom" "$(look "$number")" "gone_unknown, to be confirmed"

[ "$failures" = 0 ] && say "passed" || say "$failures failed"
[ "$failures" = 0 ]
