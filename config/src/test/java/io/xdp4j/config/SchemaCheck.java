package io.xdp4j.config;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Judges YAML by the published schema, as an editor does.
final class SchemaCheck {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Schema SCHEMA =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(ConfigSchema.json());

    private SchemaCheck() {}

    /// What the schema has against a document; empty when it is content.
    static List<Error> errors(String yaml) {
        return SCHEMA.validate(toJson(yaml));
    }

    static JsonNode toJson(String yaml) {
        LoadSettings settings = LoadSettings.builder().setSchema(new CoreSchema()).build();
        return JSON.valueToTree(new Load(settings).loadFromString(yaml));
    }

    /// The schema itself.
    static JsonNode schema() {
        return JSON.readTree(ConfigSchema.json());
    }

    /// JSON, which is YAML too.
    static String toYaml(JsonNode json) {
        return json.toString();
    }
}
