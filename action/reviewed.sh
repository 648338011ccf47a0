#!/usr/bin/env bash
# Fetch the plan of the pull request that was merged as this commit: an artifact of a run of this repository for the last
# commit of that pull request. There is none for a push without a pull request, or for one from a fork.
set -euo pipefail

name=kafka-topics-plan${ENVIRONMENT:+-$ENVIRONMENT}
HEAD=$(gh api "repos/{owner}/{repo}/commits/$GITHUB_SHA/pulls" --jq \
  '[.[] | select(.merge_commit_sha == env.GITHUB_SHA and .head.repo.full_name == env.GH_REPO).head.sha][0] // ""')
export HEAD
run=
if [[ -n $HEAD ]]; then
  run=$(gh api "repos/{owner}/{repo}/actions/artifacts?name=$name&per_page=100" --jq '
    [.artifacts[] | select(.expired | not).workflow_run
     | select(.head_sha == env.HEAD and .head_repository_id == .repository_id).id][0] // ""')
fi
if [[ -n $run ]]; then
  plan=$RUNNER_TEMP/reviewed/$name/report.json
  gh run download "$run" --name "$name" --dir "${plan%/*}"
  # A plan that failed shows nothing.
  if jq -e .plan "$plan" > /dev/null; then echo "plan=$plan" >> "$GITHUB_OUTPUT"; fi
fi
