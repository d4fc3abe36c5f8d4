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

shown() { # a command line and what it prints
  echo "\$ ./xdp4j $*"
  # shellcheck disable=SC2086 # a command line is several words
  $xdp4j $* 2>&1 || true
}

shown_in_turn() {
  local line
  for line in "$@"; do shown "$line"; done
}

transcript() { # title, then the tool's arguments
  transcripts_of "$1" "${*:2}"
}

transcripts_of() { # title, then command lines for one demo
  echo
  echo "### $1"
  echo
  echo '```'
  with_demo shown_in_turn "${@:2}" | sed 's/[[:space:]]*$//' | head -n 60
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
  transcript "xdpsock" xdpsock -l -x -a -i nic0 --config config/examples/xdpsock.yaml -d 1
  transcript "xdpsock, four sockets" xdpsock -M -i nic0 --config config/examples/xdpsock.yaml -d 1
  transcript "xdp_redirect_map_multi" xdp_redirect_map_multi -F nic0 host1 host2 -v -n 1
  transcripts_of "xdp_fwd" "loader unload nic0 --all" "loader unload host1 --all" "xdp_fwd nic0 host1" "loader status" "xdp_fwd -d nic0 host1"
  transcript "xdp_router_ipv4" xdp_router_ipv4 -F nic0 host1 -i 2 -n 1
  transcript "xdp_tx_iptunnel" xdp_tx_iptunnel -F -i nic0 -a 10.225.69.39 -p 19029 -s 10.1.0.1 -d 10.1.0.2 -m 02:00:00:00:00:02 --duration 2500ms
  transcript "xdp2skb_meta" xdp2skb_meta -F -d nic0 --config config/examples/xdpsock.yaml --duration 2500ms

  transcripts_of "bench drop" "loader unload nic0 --all" "bench drop nic0 -p read-data -r -e --duration 2500ms"
  transcripts_of "bench redirect-cpu" "loader unload nic0 --all" "bench redirect-cpu nic0 -c 0 -c 1 -p l4-hash -r drop -e --duration 2500ms"
  transcripts_of "bench redirect-map" "loader unload nic0 --all" "bench redirect-map nic0 host1 -s --duration 4500ms"
  transcripts_of "loader" "loader unload nic0 --all" "loader load nic0 samples/bpf/xdp_basic.bpf.o -n xdp_drop -P 60" \
    "loader load nic0 samples/bpf/xdp_basic.bpf.o -n xdp_pass -P 20 -A XDP_TX" "loader status" "loader unload nic0 --all"
  transcripts_of "filter" "loader unload nic0 --all" "filter load nic0 -p deny" "filter port 80 -m src -p tcp" "filter ip 10.0.0.1 -m src -s" \
    "filter poll -i 500 -n 2" "filter status" "filter unload nic0"
  transcripts_of "dump" "loader unload nic0 --all" "loader load nic0 samples/bpf/xdp_basic.bpf.o -n xdp_pass" "dump -D" "dump -i nic0 --rx-capture entry,exit -x -s 34 -c 2" "dump -i nic0 -p all --rx-capture exit -c 4" "dump -i host1 -c 2"
  transcript "trafficgen probe" trafficgen probe
  transcript "trafficgen udp" trafficgen udp nic0 --config config/examples/xdpsock.yaml -d 16 -n 1000000 -I 1
  transcripts_of "forward" "loader unload nic0 --all" "loader unload host1 --all" "forward load nic0 host1" "loader status" "forward unload nic0 host1"
}

text=$(awk -v end="$marker" '{ print } $0 == end { exit }' "$readme")
all=$(transcripts)
printf '%s\n%s\n' "$text" "$all" >"$readme"
