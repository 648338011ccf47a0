#!/usr/bin/env bash
# Keep one issue about the drift of this environment: opened, updated, and closed when it has healed.
set -euo pipefail

label=kafka-drift # only people with write access can label an issue, so that nobody else can put one in its place
MARKER=$(grep -m 1 -oE '^<!-- reconciler \{"environment": ("[^"]*"|null)' "$REPORT")
export MARKER
environment=${MARKER##*: }
title="Kafka topics have drifted${environment:+: ${environment//\"/}}"
number=$(gh issue list --state open --label "$label" --limit 100 --json number,body --jq \
  '[.[] | select(.body | startswith(env.MARKER)).number][0] // ""')

if [[ $HAS_DRIFT == true && -n $number ]]; then
  gh api --silent --method PATCH "repos/{owner}/{repo}/issues/$number" --field "body=@$REPORT"
elif [[ $HAS_DRIFT == true ]]; then
  gh label create "$label" --force --description "The cluster differs from the manifest"
  gh issue create --title "$title" --label "$label" --body-file "$REPORT"
elif [[ $EXIT_CODE == 0 && -n $number ]]; then
  gh issue close "$number" --comment "The last audit found no drift."
fi
