#!/usr/bin/env bash
# Runs one of the benchmarks with the JVM flags of the tools:
#   run.sh PacketRate [SCENARIO...] [warm-up=N] [seconds=N] [runs=N] [size=BYTES]
#   run.sh jmh [JMH OPTIONS]           for example: run.sh jmh -prof gc
#   run.sh AfPacketForward IN OUT SECONDS
# Build first: mvn -pl datapath/benchmarks -am -DskipTests package
set -eu
here=$(cd "$(dirname "$0")" && pwd)
java=java
for home in "${JAVA_HOME:-}" /usr/lib/jvm/*; do
  if grep -q '^JAVA_VERSION="25' "$home/release" 2>/dev/null; then java=$home/bin/java; break; fi
done
flags=(--enable-native-access=ALL-UNNAMED -XX:+UseSerialGC -XX:+UseCompactObjectHeaders
  -XX:-DontCompileHugeMethods -Xmx128m "-Dxdp4j.bpf=$here/../../samples/bpf")
class_path="${XDP4J_CLASS_PATH:+$XDP4J_CLASS_PATH:}$here/target/classes:$here/target/lib/*"
main=io.xdp4j.benchmarks.$1
[ "$1" = jmh ] && main=org.openjdk.jmh.Main
shift
if [ "$main" = org.openjdk.jmh.Main ]; then
  exec "$java" "${flags[@]}" -cp "$class_path" "$main" -jvmArgs "${flags[*]}" "$@"
fi
# shellcheck disable=SC2086
exec "$java" "${flags[@]}" ${XDP4J_JAVA_OPTS:-} -cp "$class_path" "$main" "$@"
