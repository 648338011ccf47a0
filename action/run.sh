#!/usr/bin/env bash
# Run COMMAND. Its options are in variables: RECONCILER_..., KAFKA_...
set -euo pipefail

# What is printed may look like workflow commands.
stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$stop"
trap 'echo "::$stop::"' EXIT

# When a job is cancelled, GitHub signals this process alone. reconciler is in the process group of the job below.
set -m
trap 'kill -TERM -- "-$job"' INT TERM
if [[ $COMMAND == apply ]]; then
  "$GITHUB_ACTION_PATH/action/apply.sh" &
else
  reconciler "$COMMAND" &
fi
job=$!
code=0
while kill -0 "$job" 2> /dev/null; do
  code=0
  wait "$job" || code=$?
done
exit "$code"
