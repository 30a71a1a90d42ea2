#!/bin/sh
# Writes onnx-ml_pb.ts from ONNX's public schema, taken from the PyPI package pinned in test/goldens/requirements.txt.
# Usage: generate.sh [folder that holds onnx-ml.proto]; needs protoc and the development packages.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
schema=${1:-$(python3 -c 'import onnx, os; print(os.path.dirname(onnx.__file__))')}
protoc --plugin=protoc-gen-es="$here/../../../node_modules/.bin/protoc-gen-es" \
  --es_out="$here" --es_opt=target=ts,import_extension=ts --proto_path="$schema" "$schema/onnx-ml.proto"
