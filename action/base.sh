#!/usr/bin/env bash
# Put the target branch beside the workspace. GitHub checks a pull request out as its merge into that branch, which is
# therefore the first parent.
set -euo pipefail

if git rev-parse --quiet --verify HEAD^2 > /dev/null; then
  [[ -d $RUNNER_TEMP/base ]] || git worktree add --quiet --force --detach "$RUNNER_TEMP/base" HEAD^1
  echo "path=$RUNNER_TEMP/base" >> "$GITHUB_OUTPUT"
else
  echo "::warning::The plan does not tell which changes are this branch's: check out with fetch-depth: 2"
fi
