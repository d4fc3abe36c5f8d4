#!/usr/bin/env bash
# Writes the transcripts of samples/README.md anew: each tool against a demo of its own.
set -euo pipefail
cd "$(dirname "$0")/.."
xdp4j=${XDP4J:-./xdp4j}
readme=samples/README.md
marker='<!-- transcripts: everything below is written by samples/transcripts.sh -->'

runtime=$(mktemp -d)
export XDP4J_RUNTIME_DIR=$runtime
trap 'rm -rf "$runtime"' EXIT
$xdp4j --version >/dev/null # builds when needed

with_demo() { # runs a command while a demo does
  $xdp4j demo --duration 10m --json >/dev/null 2>&1 &
  local demo=$!
  until [ -S "$runtime/$demo.sock" ]; do sleep 0.1; done
  sleep 1
  "$@" || true
  kill -TERM "$demo"
  wait "$demo" || true
}

transcript() { # title, then the tool's arguments
  local title=$1
  shift
  echo
  echo "### $title"
  echo
  echo '```'
  echo "\$ ./xdp4j $*"
  with_demo "$xdp4j" "$@" 2>&1 | sed 's/[[:space:]]*$//' | head -n 40
  echo '```'
}

transcripts() {
  transcript "xdp_redirect_cpu" xdp_redirect_cpu -F -d nic0 -c 0 -c 1 -n 2
  transcript "xdp_redirect_cpu, details" xdp_redirect_cpu -F -d nic0 -c 0 -c 1 -p l4-proto -c 1 -s -v -n 1
  transcript "xdp_redirect_cpu, second program" xdp_redirect_cpu -F -d nic0 -c 1 -r host1 -v -n 1
  transcript "xdp_redirect_cpu, stress" xdp_redirect_cpu -F -d nic0 -c 1 -x -n 2
  transcript "xdp_redirect_cpu, table of 2018" xdp_redirect_cpu -F -d nic0 -c 0 -c 1 --classic -n 1
  transcript "xdp_monitor" xdp_monitor -v -n 1
  transcript "xdp_monitor, table of 2018" xdp_monitor -s --classic -n 1
  transcript "xdp_rxq_info" xdp_rxq_info -F -d nic0 -a XDP_DROP -r --duration 2500ms
  transcript "xdp_sample_pkts" xdp_sample_pkts -F nic0 --duration 100ms
  transcript "xdp1" xdp1 -F nic0 --duration 2500ms
  transcript "xdp2" xdp2 -F nic0 --duration 2500ms
  transcript "xdp_adjust_tail" xdp_adjust_tail -F -i nic0 -P 300 --duration 4500ms
  transcript "xdp_redirect" xdp_redirect -F nic0 host1 -v -n 1
  transcript "xdp_redirect_map" xdp_redirect_map -F -X -s nic0 host1 -n 2
  transcript "xdp_redirect_map_multi" xdp_redirect_map_multi -F nic0 host1 host2 -v -n 1
}

text=$(awk -v end="$marker" '{ print } $0 == end { exit }' "$readme")
all=$(transcripts)
printf '%s\n%s\n' "$text" "$all" >"$readme"
