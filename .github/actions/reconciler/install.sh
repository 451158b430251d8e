#!/usr/bin/env bash
# Installs reconciler from the repository that this action belongs to, with the versions that its tests ran with.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
python -m pip install --quiet --disable-pip-version-check --constraint "$source/constraints.txt" "$source"
