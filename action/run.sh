#!/usr/bin/env bash
# Run COMMAND. Its options are in variables: RECONCILER_..., KAFKA_...
set -euo pipefail

# What is printed may look like workflow commands.
stop=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$stop"
trap 'echo "::$stop::"' EXIT

if [[ $COMMAND == apply ]]; then
  "$GITHUB_ACTION_PATH/action/apply.sh"
else
  reconciler "$COMMAND"
fi
