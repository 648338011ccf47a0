#!/usr/bin/env bash
# Create or update this environment's comment on pull request NUMBER. Its first line, which nobody sees, marks it.
set -euo pipefail

MARKER=$(grep -m 1 -oE '^<!-- reconciler \{"environment": ("[^"]*"|null)' "$REPORT")
export MARKER
url=$(gh pr view "$NUMBER" --json comments --jq \
  '[.comments[] | select(.viewerDidAuthor and (.body | startswith(env.MARKER))).url][0] // ""')
if [[ -n $url ]]; then
  gh api --silent --method PATCH "repos/{owner}/{repo}/issues/comments/${url##*-}" --field "body=@$REPORT"
else
  gh pr comment "$NUMBER" --body-file "$REPORT"
fi
