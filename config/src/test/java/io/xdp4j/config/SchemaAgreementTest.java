package io.xdp4j.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The schema lists the keys that the loader knows and the defaults that it applies.
final class SchemaAgreementTest {
    private static final JsonNode SCHEMA = SchemaCheck.schema();
    private static final Path KINDS = Path.of("src/test/resources/good/minimal-kinds.yaml");
    private static final String PORTS = "{name: a, transport: veth, peer: b}";

    /// A document with the unknown key `zz` in one place, and where the schema describes that
    /// place.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    zz: 1                                                         | /
                    workers: {zz: 1}                                              | /$defs/workers/anyOf/1
                    stats: {zz: 1}                                                | /properties/stats
                    network: {zz: 1}                                              | /$defs/network
                    network: {forwarding: {zz: 1}}                                | /$defs/network/properties/forwarding
                    network: {addresses: [{zz: 1}]}                               | /$defs/networkAddress
                    network: {routes: [{zz: 1}]}                                  | /$defs/networkRoute
                    network: {neighbours: [{zz: 1}]}                              | /$defs/networkNeighbour
                    devices: [{transport: auto, zz: 1}]                           | /$defs/interfaceDevice
                    devices: [{transport: auto, name: a, interface: a, ring: {zz: 1}}] | /$defs/interfaceDevice/properties/ring
                    devices: [{transport: tap, zz: 1}]                            | /$defs/tapDevice
                    devices: [{transport: generator, zz: 1}]                      | /$defs/generatorDevice
                    devices: [{transport: pcap, zz: 1}]                           | /$defs/pcapDevice
                    devices: [{transport: veth, zz: 1}]                           | /$defs/vethDevice
                    cpumaps: [{zz: 1}]                                            | /$defs/cpumap
                    cpumaps: [{name: m, entries: [{zz: 1}]}]                      | /$defs/cpumapEntry
                    devmaps: [{zz: 1}]                                            | /$defs/devmap
                    devmaps: [{name: m, entries: [{zz: 1}]}]                      | /$defs/devmapEntry
                    programs: [{type: load_balancer, zz: 1}]                      | /$defs/loadBalancerProgram
                    programs: [{type: redirect, zz: 1}]                           | /$defs/redirectProgram
                    programs: [{type: pass, zz: 1}]                               | /$defs/passProgram
                    programs: [{type: drop, zz: 1}]                               | /$defs/dropProgram
                    programs: [{type: tx, zz: 1}]                                 | /$defs/txProgram
                    programs: [{type: class, zz: 1}]                              | /$defs/classProgram
                    switch: {zz: 1}                                               | /$defs/switch
                    switch: {ports: [{zz: 1}, b]}                                 | /$defs/port/anyOf/1
                    switch: {ports: [{device: a, vlan: {mode: access, zz: 1}}, b]} | /$defs/accessVlan
                    switch: {ports: [{device: a, vlan: {mode: trunk, zz: 1}}, b]} | /$defs/trunkVlan
                    switch: {storm-limit: {zz: 1}}                                | /$defs/stormLimit
                    switch: {ports: [a, b], mac-table: {zz: 1}}                   | /$defs/switch/properties/mac-table
                    switch: {ports: [a, b], static: [{zz: 1}]}                    | /$defs/staticEntry
                    switch: {ports: [a, b], mirror: [{zz: 1}]}                    | /$defs/mirror
                    """)
    void listsTheKeysOfTheLoader(String yaml, String pointer) {
        String devices = yaml.startsWith("devices") ? "" : "devices: [" + PORTS + "]\n";
        ConfigException refusal =
                catchThrowableOfType(
                        ConfigException.class,
                        () -> DatapathConfig.parse(devices + yaml, "zz.yaml"));
        assertThat(refusal.getMessage()).contains("zz: unknown key of ");
        String known = refusal.getMessage().replaceFirst(".*one of (.*)\\)", "$1");
        JsonNode object = pointer.equals("/") ? SCHEMA : SCHEMA.at(pointer);
        assertThat(known.split(", "))
                .containsExactlyElementsOf(object.get("properties").propertyNames());
        assertThat(object.get("additionalProperties").asBoolean()).isFalse();
    }

    /// Writes every default of the schema out; the loader must not see a difference.
    @Test
    void namesTheDefaultsOfTheLoader() throws Exception {
        String yaml = Files.readString(KINDS);
        JsonNode document = SchemaCheck.toJson(yaml);
        int added = addDefaults(document, SCHEMA);
        assertThat(added).isGreaterThan(45);
        String explicit = SchemaCheck.toYaml(document);
        assertThat(SchemaCheck.errors(explicit)).isEmpty();
        assertThat(DatapathConfig.parse(explicit, "x.yaml"))
                .usingRecursiveComparison()
                .ignoringFieldsOfTypes(SourceLocation.class)
                .isEqualTo(DatapathConfig.parse(yaml, "x.yaml"));
    }

    private static int addDefaults(JsonNode value, JsonNode unresolved) {
        JsonNode schema = resolve(unresolved);
        int added = 0;
        if (value.isArray()) {
            for (JsonNode item : value) {
                added += addDefaults(item, schema.get("items"));
            }
        }
        if (value instanceof ObjectNode object) {
            JsonNode chosen = choose(schema, object);
            for (String key : chosen.get("properties").propertyNames()) {
                JsonNode property = chosen.get("properties").get(key);
                added += addDefault(object, key, property);
                if (object.has(key)) {
                    added += addDefaults(object.get(key), property);
                }
            }
        }
        return added;
    }

    /// Keys that exclude each other must not both be written out.
    private static final List<String> EXCLUDED =
            List.of("switches", "broadcast", "exclude-ingress");

    private static int addDefault(ObjectNode object, String key, JsonNode property) {
        JsonNode absent = property.get("default");
        if (absent == null || object.has(key) || EXCLUDED.contains(key)) {
            return 0;
        }
        object.set(key, absent);
        return 1;
    }

    private static JsonNode resolve(JsonNode schema) {
        JsonNode target = schema.get("$ref");
        return target == null ? schema : SCHEMA.at(target.asString().substring(1));
    }

    /// The alternative that accepts the object: the one whose `transport`, `type` or `mode` fits.
    private static JsonNode choose(JsonNode schema, ObjectNode object) {
        if (schema.has("properties")) {
            return schema;
        }
        for (JsonNode alternative : schema.get("oneOf")) {
            JsonNode chosen = resolve(alternative);
            boolean fits =
                    Stream.of("transport", "type")
                            .filter(object::has)
                            .allMatch(key ->
                                    fits(chosen.get("properties").get(key), object.get(key)));
            if (fits) {
                return chosen;
            }
        }
        throw new AssertionError("no alternative for " + object);
    }

    private static boolean fits(JsonNode property, JsonNode value) {
        if (property.has("const")) {
            return property.get("const").equals(value);
        }
        return property.get("enum").valueStream().anyMatch(value::equals);
    }

    @Test
    void describesEveryKey() {
        assertThat(undescribed(SCHEMA, "")).isEmpty();
    }

    private static Set<String> undescribed(JsonNode node, String path) {
        Set<String> found = new TreeSet<>();
        JsonNode properties = node.get("properties");
        if (properties != null && node.has("additionalProperties")) {
            for (String key : properties.propertyNames()) {
                if (!resolve(properties.get(key)).has("description")) {
                    found.add(path + '/' + key);
                }
            }
        }
        int index = 0;
        for (JsonNode child : node) {
            found.addAll(undescribed(child, path + '/' + index++));
        }
        return found;
    }

    @Test
    void isTheFileOfTheSchemaDirectory() throws Exception {
        assertThat(ConfigSchema.json())
                .isEqualTo(Files.readString(Path.of("schema/datapath.schema.json")));
    }
}
