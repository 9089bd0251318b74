#!/usr/bin/env bash
# Holds a running demo county against its own API document with schemathesis: no 5xx, no status, form or content type that
# the document does not name. EXAMPLES=n is how many requests are drawn for each route.
. "$(dirname "${BASH_SOURCE[0]}")/env.sh"

examples=${EXAMPLES:-40}
env=.tools/schemathesis
wanted=$(sha256sum tests/api/requirements.txt)
if [ "$(cat "$env/.made-from" 2>/dev/null)" != "$wanted" ]; then
  say "installing schemathesis into $env (versions: tests/api/requirements.txt)"
  python3 -m venv --clear "$env"
  "$env/bin/pip" install --quiet --disable-pip-version-check -r tests/api/requirements.txt
  echo "$wanted" >"$env/.made-from"
fi
county=$TARGET/debug/xunge-county
[ -x "$county" ] || cargo build --locked --workspace --bins --tests

work=$(mktemp -d)
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
password=$("$county" --data "$work/county" demo --json |
  node -e 'console.log(JSON.parse(require("fs").readFileSync(0)).accounts.find(a=>a.role==="county").password)')
"$county" --data "$work/county" serve --listen 127.0.0.1:0 --host 127.0.0.1 >"$work/said" 2>"$work/log" &
server=$!
for _ in $(seq 100); do
  address=$(grep -oE 'https://127\.0\.0\.1:[0-9]+' "$work/said" | head -n 1 || true)
  [ -z "$address" ] || break
  sleep 0.1
done
[ -n "$address" ] || fail "the county did not start: $(tail -n 3 "$work/log")"

# The cookie goes by hand: schemathesis keeps no session.
login() {
  curl --silent --cacert "$work/county/ca.pem" --cookie-jar "$work/jar" -H 'content-type: application/json' \
    --data "{\"name\":\"admin\",\"password\":\"$password\"}" "$address/desk/api/login" |
    node -e 'console.log(JSON.parse(require("fs").readFileSync(0)).csrf)'
}
csrf=$(login)
cookie=$(awk '$6=="xunge_desk" {print $7}' "$work/jar")
[ -n "$cookie" ] || fail "the desk did not let us in."

export SCHEMATHESIS_HOOKS=hooks PYTHONPATH=$ROOT/tests/api PYTHONDONTWRITEBYTECODE=1
# get PATH EXPRESSION: what the desk answers there, picked by JavaScript from `it`.
get() {
  curl --silent --cacert "$work/county/ca.pem" --cookie "xunge_desk=$cookie" "$address/desk/api/$1" |
    node -e "const it=JSON.parse(require('fs').readFileSync(0));console.log($2)"
}
# Ids that exist, or every answer would be "not found".
area=$(get areas 'it.find(a=>a.id&&it.every(b=>b.parent!==a.id)).id')
known() {
  printf '[[operations]]\ninclude-path = "%s"\nparameters = { "path.%s" = "%s" }\n' "$1" "${3:-id}" "$2"
}
{
  known '/desk/api/areas/{id}/households' "$area"
  known '/desk/api/areas/{id}/map' "$area"
  known '/desk/api/areas/{id}/contacts' "$area"
  known '/desk/api/households/{id}' "$(get "areas/$area/households" 'it.rows[0].id')"
  known '/desk/api/workers/{id}/enrol-code' "$(get workers 'it.rows[0].id')"
  known '/desk/api/workers/{id}/grant' "$(get workers 'it.rows[0].id')"
  known '/desk/api/workers/{id}/revoke-grant' "$(get workers 'it.rows[0].id')"
  known '/desk/api/accounts/{name}/state' town name
} >"$work/known.toml"

# run NAME ARGUMENT…: one run of schemathesis over part of the routes.
requests=0 broken=0
run() {
  local name=$1
  shift
  "$env/bin/schemathesis" --no-color ${CONFIG:+--config-file "$CONFIG"} run "$address/api/openapi.json" --tls-verify "$work/county/ca.pem" \
    --phases examples,coverage,fuzzing --max-examples "$examples" --generation-deterministic \
    --suppress-health-check all --continue-on-failure --request-timeout 20 --warnings off \
    --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
    --report json --report-json-path "$work/$name.json" "$@" >"$work/$name.log" 2>&1 || broken=1
  cat "$work/$name.log"
  requests=$((requests + $(grep -oE '[0-9,]+ generated' "$work/$name.log" | tr -dc '0-9\n' | tail -n 1 || echo 0)))
}
# Logging in wrongly is slowed and logging out ends the session: each for itself, last.
last=(/desk/api/login /desk/api/logout)
run signed-in -H "cookie: xunge_desk=$cookie" -H "x-csrf-token: $csrf" \
  --exclude-path "${last[0]}" --exclude-path "${last[1]}"
mapfile -t paths < <(sed -n 's/^include-path = "\(.*\)"/--include-path\n\1/p' "$work/known.toml")
CONFIG=$work/known.toml run known -H "cookie: xunge_desk=$cookie" -H "x-csrf-token: $csrf" "${paths[@]}"
run nobody --exclude-path "${last[0]}" --exclude-path "${last[1]}" --max-examples 5
run login --include-path "${last[0]}"
run logout --include-path "${last[1]}" -H "cookie: xunge_desk=$cookie" -H "x-csrf-token: $csrf"

# A county that fell over answers nothing: that it still works belongs to the proof.
curl --silent --fail --cacert "$work/county/ca.pem" "$address/healthz" >/dev/null || fail "the county does not answer any more."
grep -cE 'ERROR|panicked' "$work/log" && { tail -n 20 "$work/log"; fail "the county logged errors."; }
[ "$broken" = 0 ] || fail "county and document differ."
echo "count $requests requests, 0 × 5xx, 0 drift"
