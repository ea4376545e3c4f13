package io.evomoe.bench.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.evomoe.internal.names.Fields;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.record.Json;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** Options that stand for fields of a record. The fields describe them, and bind their values. */
public class FieldOptions {
  private final Map<String, OptionSpec> options = new LinkedHashMap<>();

  /**
   * Options whose defaults are those of the fields.
   *
   * @param names {@code --text-field} for the field {@code textField}, or {@code --split-seed=seed}
   */
  public FieldOptions(Class<? extends Record> record, String names) {
    this(record, Fields::initial, names);
  }

  /**
   * Options with other defaults.
   *
   * @param usual the default of a field, for the user
   */
  public FieldOptions(
      Class<? extends Record> record, Function<RecordComponent, String> usual, String names) {
    String section =
        Stream.of(RunConfig.class.getRecordComponents())
            .filter(part -> part.getType() == record)
            .map(part -> part.getName() + ".")
            .collect(Collectors.joining());
    Map<String, RecordComponent> fields = new LinkedHashMap<>();
    for (String name : names.split(" ", -1)) {
      fields.put(name.replaceFirst("=.*", ""), field(record, name.replaceFirst(".*=|--", "")));
    }
    fields.forEach(
        (name, field) -> {
          String text = text(field, usual.apply(field));
          for (Map.Entry<String, RecordComponent> other : fields.entrySet()) {
            text = text.replace("`" + other.getValue().getName() + "`", other.getKey());
          }
          options.put(
              section + field.getName(),
              option(name, field, text.replace("`", ""), usual.apply(field).equals("true")));
        });
  }

  private static RecordComponent field(Class<? extends Record> record, String name) {
    return Stream.of(record.getRecordComponents())
        .filter(field -> field.getName().equalsIgnoreCase(name.replace("-", "")))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(record + " has no field " + name));
  }

  private static String text(RecordComponent field, String usual) {
    String doc = Fields.of(field).doc();
    boolean named = field.getType().isEnum();
    String text = named ? doc + ": " + values(field, " or ") : doc;
    boolean off =
        usual.isEmpty()
            || usual.equals(Fields.EMPTY)
            || usual.equals("false")
            || field.getType() == List.class;
    return off
        ? text.replaceFirst("; (?:null|empty) (?:for|to) ([^.]+)(.*)", "$2 (default: $1)")
        : "%s (default: %s)".formatted(text, named ? usual.toLowerCase(Locale.ROOT) : usual);
  }

  private static String values(RecordComponent field, String between) {
    return Stream.of(field.getType().getEnumConstants())
        .map(value -> value.toString().toLowerCase(Locale.ROOT))
        .collect(Collectors.joining(between));
  }

  private static OptionSpec option(String name, RecordComponent field, String text, boolean on) {
    Class<?> type = field.getType();
    boolean named = type.isEnum() || type == boolean.class || type == List.class;
    String value = type == List.class ? "GLOB" : type.isPrimitive() ? "N" : "TEXT";
    return OptionSpec.builder(name)
        .type(named ? type : String.class)
        .negatable(on)
        .auxiliaryTypes(named && type != List.class ? type : String.class)
        .paramLabel(type.isEnum() ? values(field, "|") : value)
        .description(text.replace("%", "%%") + (type == List.class ? "; may be repeated" : ""))
        .userObject(name + text)
        .build();
  }

  /** Adds the options to the command that has these. */
  @Spec
  void declare(CommandSpec mixin) {
    options.values().forEach(mixin::addOption);
  }

  /** Returns the options that were given, by their fields in the configuration of a run. */
  public Map<String, OptionSpec> given() {
    Map<String, OptionSpec> given = new LinkedHashMap<>(options);
    given.values().removeIf(option -> option.getValue() == null);
    return given;
  }

  /** Returns the value of an option as YAML. */
  static String text(OptionSpec option) {
    Object value = option.getValue();
    return value instanceof List<?> ? Json.line(value) : value.toString();
  }

  /**
   * Returns a record with the given values in place of its own.
   *
   * @throws IllegalArgumentException naming options, if the values do not fit
   */
  public <R extends Record> R over(R usual) {
    Map<String, String> values = new LinkedHashMap<>();
    given().forEach((field, option) -> values.put(own(field), text(option)));
    return with(usual, values);
  }

  /**
   * Returns a record with the value of one option in place of its own.
   *
   * @throws IllegalArgumentException naming the option, if there is none of this name or the value
   *     does not fit
   */
  public <R extends Record> R with(R usual, String name, String value) {
    for (Map.Entry<String, OptionSpec> option : options.entrySet()) {
      if (option.getValue().longestName().equals(name)) {
        return with(usual, Map.of(own(option.getKey()), value));
      }
    }
    throw new IllegalArgumentException(
        "%s must be one of %s"
            .formatted(
                name,
                options.values().stream()
                    .map(OptionSpec::longestName)
                    .collect(Collectors.joining(", "))));
  }

  /** Returns the meaning of each option, by its name and its value in a record. */
  public Map<String, String> descriptions(Record values) {
    JsonNode tree = Json.read(Json.line(values), JsonNode.class, "not JSON");
    Map<String, String> all = new LinkedHashMap<>();
    options.forEach(
        (field, option) ->
            all.put(
                option.longestName() + " " + tree.path(own(field)).asText(),
                String.join("", option.description())));
    return all;
  }

  private <R extends Record> R with(R usual, Map<String, String> values) {
    try {
      return ConfigFile.set(usual, values);
    } catch (IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      for (Map.Entry<String, OptionSpec> option : options.entrySet()) {
        String word = "(?<![\\w-])" + own(option.getKey()) + "(?![\\w-])";
        message = message.replaceAll(word, option.getValue().longestName());
      }
      throw new IllegalArgumentException(message, e);
    }
  }

  private static String own(String field) {
    return field.replaceFirst(".*\\.", "");
  }
}
