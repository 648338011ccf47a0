#!/usr/bin/env bash
# Install reconciler from this checkout, so that the version of the action is that of the tool, with locked dependencies.
set -euo pipefail

venv=$RUNNER_TEMP/reconciler
"$PYTHON" -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --only-binary :all: \
  --require-hashes -r "$GITHUB_ACTION_PATH/requirements.lock"
packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$GITHUB_ACTION_PATH" > "$packages/reconciler.pth"

# -I: nothing is imported from the repository that is checked out. A folder of its own: later steps keep their Python.
mkdir -p "$venv/command"
printf '#!/bin/sh\nexec "%s" -I -m reconciler "$@"\n' "$venv/bin/python" > "$venv/command/reconciler"
chmod +x "$venv/command/reconciler"
echo "$venv/command" >> "$GITHUB_PATH"
