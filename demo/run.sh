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

printf '\nThe report of the last apply is in %s/demo/report.json\n' "$PWD"
