#!/usr/bin/env bash
# Starts an MLflow tracking server of its own on 127.0.0.1, runs a command with MLFLOW_TRACKING_URI set to it, stops it.
#   test/servers/mlflow.sh npx xp run experiments/quickstart.yaml
# MLFLOW_PYTHON names a Python that has mlflow; without it one is installed into .venv/mlflow.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
version=3.17.2

python=${MLFLOW_PYTHON:-}
if [ -z "$python" ]; then
  python=$root/.venv/mlflow/bin/python
  [ -x "$python" ] || python3 -m venv "$root/.venv/mlflow"
  "$python" -c 'import mlflow' 2>/dev/null || "$python" -m pip install --quiet --disable-pip-version-check "mlflow==$version"
fi

folder=$(mktemp -d)
port=$(node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
mkdir "$folder/artifacts"
setsid "$python" -m mlflow server --host 127.0.0.1 --port "$port" --workers 1 \
  --backend-store-uri "sqlite:///$folder/mlflow.db" --artifacts-destination "$folder/artifacts" >"$folder/server.log" 2>&1 &
server=$!
stop() {
  # The server's workers are in its own process group.
  kill -- "-$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
  rm -rf "$folder"
}
trap stop EXIT

for _ in $(seq 240); do
  if node -e 'fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))' "http://127.0.0.1:$port/health"; then
    MLFLOW_TRACKING_URI="http://127.0.0.1:$port" "$@"
    exit $?
  fi
  kill -0 "$server" 2>/dev/null || break
  sleep 0.5
done
echo "the MLflow server did not start:" >&2
cat "$folder/server.log" >&2
exit 1
