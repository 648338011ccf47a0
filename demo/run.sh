#!/usr/bin/env bash
# The main job from start to end, on the Kafka that KAFKA_BOOTSTRAP_SERVERS names. Run it with `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."

bold='' cyan='' plain=''
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
    bold=$'\033[1m' cyan=$'\033[36m' plain=$'\033[0m'
fi

step() {
    printf '\n%s# %s%s\n' "$bold" "$1" "$plain"
}

run() {
    printf '%s$ %s%s\n' "$cyan" "$*" "$plain"
    "$@"
}

# Run a command that is to end with exit code 3: something is refused.
refused() {
    local code=0
    run "$@" || code=$?
    printf '%sexit code %s%s\n' "$cyan" "$code" "$plain"
    ((code == 3))
}

step "1. topics.yaml describes four topics; the cluster is empty. What would change?"
run reconciler plan -e dev

step "2. Apply the plan. Every change is read back."
run reconciler apply -e dev --yes

step "3. Are the topics in sync now?"
run reconciler plan -e dev

step "4. Somebody changes a topic by hand, with another Kafka client."
run python demo/change_by_hand.py orders.requests retention.ms 60000

step "5. The plan shows the drift ..."
run reconciler plan -e dev

step "6. ... and apply corrects it."
run reconciler apply -e dev --yes --report demo/report.json
run reconciler plan -e dev

step "7. A pull request shortens the retention of dead letters. Not all of them were read."
run python demo/produce_and_read.py orders.requests.dlq 1200 oncall 1000
refused reconciler plan demo/shorter.yaml

step "8. Records are removed with consent only: in the manifest, or by an option."
run reconciler apply demo/shorter.yaml --yes --allow data-loss=orders.requests.dlq

printf '\nThe report of step 6 is in %s/demo/report.json\n' "$PWD"
