#!/usr/bin/env bash
# Installs reconciler: what requirements.txt beside this names, or else the repository that this action belongs to, with
# the versions that its tests ran with.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source=$(cd "$here/../../.." && pwd)
if [ -f "$here/requirements.txt" ]; then
  python -m pip install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
else
  python -m pip install --quiet --disable-pip-version-check --constraint "$source/constraints.txt" "$source"
fi
