#!/usr/bin/env bash
# Proves that the vendored pusher-js is, byte for byte, the one of the npm package that the
# end-to-end tests install.
set -euo pipefail
cd "$(dirname "$0")"
package=../e2e/node_modules/pusher-js
if [ ! -d "$package" ]; then
  echo "vendor_check: no $package; run 'make setup' first" >&2
  exit 1
fi
cmp "$package/dist/web/pusher.min.js" static/vendor/pusher.min.js
cmp "$package/LICENCE" static/vendor/pusher.min.js.LICENSE.txt
echo "vendored pusher-js is version $(node -p "require('$package/package.json').version") as published"
