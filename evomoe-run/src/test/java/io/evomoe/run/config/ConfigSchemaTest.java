package io.evomoe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.run.task.Tasks;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code docs/config.schema.json} tells editors the fields of configuration files. {@code
 * -Devomoe.record=true} writes it anew.
 */
class ConfigSchemaTest {
  private static final Path DOCS = Path.of(System.getProperty("basedir", "."), "../docs");
  private static final Path FILE = DOCS.resolve("config.schema.json");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final JsonSchema SCHEMA =
      JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(schema());

  @Test
  void should_be_what_the_records_say() throws IOException {
    String text = JSON.writeValueAsString(schema()) + "\n";
    if (Boolean.getBoolean("evomoe.record")) {
      Files.writeString(FILE, text);
    }

    assertThat(Files.readString(FILE)).isEqualTo(text);
  }

  static Stream<RunConfig> presets() {
    return Tasks.names().stream()
        .flatMap(
            task -> Tasks.presets(task).stream().map(preset -> preset.config(task, "evomoe", 1)));
  }

  @ParameterizedTest
  @MethodSource("presets")
  void should_allow_the_full_configuration_of_a_preset(RunConfig config) {
    assertThat(mistakes(StrictYaml.fields(config))).isEmpty();
  }

  @Test
  void should_allow_the_example_of_the_page_and_the_settings_of_the_studies() throws IOException {
    String page = Files.readString(DOCS.resolve("configuration.md"));
    int from = page.indexOf("```yaml") + "```yaml".length();

    assertThat(mistakes(StrictYaml.value(page.substring(from, page.indexOf("```", from)))))
        .isEmpty();
    try (Stream<Path> studies = Files.list(DOCS.resolve("study"))) {
      for (Path study : studies.filter(file -> file.toString().endsWith(".yaml")).toList()) {
        assertThat(mistakes(StrictYaml.read(study).path("settings"))).as("%s", study).isEmpty();
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model: {layer: 2} | $.model: property 'layer' is not defined",
        "model: {numHiddenLayers: 0} | $.model.numHiddenLayers: must have a minimum value of 1",
        "model: {numHiddenLayers: 2.5} | $.model.numHiddenLayers: number found, integer expected",
        "model: {experts: 65537} | $.model.experts: must have a maximum value of 65536",
        "training: {learningRate: 0} | $.training.learningRate: must have an exclusive minimum",
        "training: {beta1: 1} | $.training.beta1: must have an exclusive maximum value of 1",
        "training: {schedule: 3} | $.training.schedule: integer found, string expected",
        "training: {optimizerOptions: {momentum: [1]}} | $.training.optimizerOptions.momentum:"
            + " array",
        "evolution: {schedule: SLOW} | $.evolution.schedule: does not have a value in the"
            + " enumeration",
        "model: {sharedGate: 1} | $.model.sharedGate: integer found, boolean expected",
        "evolution: {hardFrom: -1} | $.evolution.hardFrom: must have a minimum value of 0",
        "guards: {keepCheckpoints: null} | $.guards.keepCheckpoints: null found, integer expected",
      })
  void should_reject_what_a_run_rejects(String yaml, String message) {
    assertThat(mistakes(StrictYaml.value(yaml))).singleElement().asString().startsWith(message);
  }

  private static Set<ValidationMessage> mistakes(JsonNode fields) {
    return SCHEMA.validate(fields);
  }

  private static ObjectNode schema() {
    ObjectNode schema =
        JSON.createObjectNode()
            .put("$schema", "https://json-schema.org/draft/2020-12/schema")
            .put("title", "EvoMoE configuration");
    return schema.setAll(object(RunConfig.class));
  }

  private static ObjectNode object(Class<?> record) {
    ObjectNode object = JSON.createObjectNode().put("type", "object");
    object.put("additionalProperties", false);
    ObjectNode properties = object.putObject("properties");
    for (RecordComponent field : record.getRecordComponents()) {
      ObjectNode property = properties.putObject(field.getName());
      property.put("description", Fields.of(field).doc().replace("`", ""));
      property.setAll(field.getType().isRecord() ? object(field.getType()) : value(field));
    }
    return object;
  }

  private static ObjectNode value(RecordComponent component) {
    Field field = Fields.of(component);
    ObjectNode value = JSON.createObjectNode();
    if (!Fields.initial(component).isEmpty()) {
      value.set("default", ConfigFile.initial(component));
    }
    boolean optional = Fields.isOptional(component);
    if (component.getType().isEnum()) {
      var values = value.putArray("enum");
      Arrays.stream(component.getType().getEnumConstants())
          .forEach(constant -> values.add(constant.toString()));
      if (optional) {
        values.addNull();
      }
      return value;
    }
    String type = type(component.getType());
    if (optional) {
      value.putArray("type").add(type).add("null");
    } else {
      value.put("type", type);
    }
    if (component.getType() == Map.class) {
      ObjectNode options = value.putObject("additionalProperties");
      if (component
          .getGenericType()
          .getTypeName()
          .contains("Map<java.lang.String, java.util.Map")) {
        options.put("type", "object");
      } else {
        options.putArray("type").add("string").add("number").add("boolean");
      }
    }
    if (component.getType() == List.class) {
      value.putObject("items").put("type", "string");
    }
    bound(value, "minimum", field.min(), type);
    bound(value, "exclusiveMinimum", field.above(), type);
    bound(value, "maximum", field.max(), type);
    bound(value, "exclusiveMaximum", field.below(), type);
    return value;
  }

  private static void bound(ObjectNode value, String name, double bound, String type) {
    if (Double.isFinite(bound)) {
      if (type.equals("integer")) {
        value.put(name, (long) bound);
      } else {
        value.put(name, bound);
      }
    }
  }

  private static String type(Class<?> type) {
    return switch (type.getSimpleName()) {
      case "int", "long", "Integer", "OptionalLong" -> "integer";
      case "double" -> "number";
      case "boolean" -> "boolean";
      case "String", "RecordFormat" -> "string";
      case "List" -> "array";
      default -> "object";
    };
  }
}
