#!/usr/bin/env bash
# Make everything of FOLDER/report.json that people and later steps see.
set -euo pipefail

[[ -e $FOLDER/report.json ]] || exit 0
cd "$FOLDER"
run=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID
link="<sub>[The whole report](${run}), as a page and as JSON, is in the artifacts of this run.</sub>"

reconciler render report.json -o html > report.html 2> /dev/null
reconciler render report.json -o markdown > report.md 2> /dev/null
# GitHub takes at most 65,536 characters.
if (($(wc -c < report.md) + ${#link} < 65536)); then printf '\n%s\n' "$link" >> report.md; fi
cat report.md >> "$GITHUB_STEP_SUMMARY"
reconciler render report.json -o github 2> /dev/null
jq -r '
  "exit-code=\(.run.exit_code)",
  "has-changes=\(if .audit then .summary.drifted else .summary | .create + .drift + .delete end > 0)",
  "needs-consent=\(any(.topics[].changes[]; .refusal.kind == "needs-consent"))"
' report.json >> "$GITHUB_OUTPUT"
