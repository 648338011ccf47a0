#!/usr/bin/env bash
# Apply REVIEWED_PLAN if it is still true, else what a new plan shows. Consent has to be in the manifest: a plan is an
# artifact, which nobody signs, so it may narrow what the manifest permits and never widen it.
set -euo pipefail

# Topics with risky changes that the reviewed plan makes, and a plan of the same manifest refuses or does not have.
without_consent() {
  jq -rs '.[1] as $now | .[0] | select(.manifest.digest == $now.manifest.digest) | .topics[] | . as $topic
    | .changes[] | select(.verdict == "risky" and .refusal == null) | .field as $field
    | [$now.topics[] | select(.name == $topic.name)]
    | select(. == [] or any(.[].changes[]; .field == $field and .refusal.kind == ("needs-consent", "protected", "limit")))
    | $topic.name' "$REVIEWED_PLAN" "$1"
}

is_outdated() {
  jq -e '[.diagnostics[] | select(.severity == "error").code]
    | . != [] and all(. == "plan-of-another-manifest" or . == "plan-too-old")' "$RECONCILER_REPORT" > /dev/null
}

trap : TERM # reconciler gets it too, and is waited for
export RECONCILER_YES=1
if [[ -n $REVIEWED_PLAN ]]; then
  code=0
  reconciler plan > /dev/null || code=$?
  ((code == 0 || code == 3)) || exit "$code"
  topics=$(without_consent "$RECONCILER_REPORT")
  if [[ -n $topics ]]; then
    printf 'error: the reviewed plan makes risky changes without consent in the manifest (allow:):\n%s\n' "$topics" >&2
    exit 3
  fi
  code=0
  reconciler apply --plan "$REVIEWED_PLAN" || code=$?
  is_outdated || exit "$code"
  echo "The reviewed plan is outdated. A new plan:"
fi
reconciler apply
