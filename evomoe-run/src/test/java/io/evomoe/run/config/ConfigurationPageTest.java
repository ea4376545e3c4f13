package io.evomoe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.internal.task.Tasks;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/configuration.md} is made of the records: their fields, what their Javadoc says of
 * each, and the defaults of the presets. {@code -Devomoe.record=true} writes it anew.
 */
class ConfigurationPageTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
  private static final Path PAGE = ROOT.resolve("docs/configuration.md");
  private static final Pattern PARAM = Pattern.compile("@param (\\w+) (.*?)(?= @param|$)");
  private static final Pattern TAG = Pattern.compile("\\{@(?:code|link) ([^}]*)}");

  private static final Map<FieldKind, String> RESUMED =
      Map.of(FieldKind.MODEL, "no", FieldKind.RUN, "where asked", FieldKind.FREE, "yes");

  @Test
  void should_be_what_the_records_say() throws IOException {
    String page = page();
    if (Boolean.getBoolean("evomoe.record")) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  private static String page() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            # Configuration

            Every field of a run: of `config.yaml` and `--config FILE`, of `--set FIELD=VALUE`, and, by the same names, of `RunBuilder` in
            [code](../README.md#in-your-own-code). This page is made of the library's own Javadoc and presets, and a test compares it with them.

            Defaults are those of preset `small` and gate `evomoe`, of the tasks gpt, roberta and mt where they differ, and after them
            those of presets `quick` and `base` where these differ; empty or null means that the field follows from others. The last
            column says whether a run that is resumed may have another value than its checkpoint; once experts are spawned,
            the first four of `evolution` may not. With `model.architecture: llama` `model.hidden` is two thirds of what is here, to a multiple of 32.

            """);
    for (RecordComponent record : RunConfig.class.getRecordComponents()) {
      if (record.getType().isRecord()) {
        page.append("## ").append(record.getName()).append("\n\n");
        page.append("| field | default | is | resumed |\n|---|---|---|---|\n");
        Map<String, String> meanings = meanings(record.getType());
        for (RecordComponent field : record.getType().getRecordComponents()) {
          String name = record.getName() + "." + field.getName();
          page.append(
              "| `%s` | %s | %s | %s |\n"
                  .formatted(
                      name,
                      defaults(name),
                      Objects.requireNonNull(meanings.get(field.getName()), name),
                      RESUMED.get(ConfigFields.kind(name))));
        }
        page.append('\n');
      }
    }
    return page.append(
            """
            ## gateOptions

            Options of each gate by its name, such as `gateOptions.switch.alpha`: [gates.md](gates.md). A field of the model.

            What presets have for a gate, beside the fields of `evolution` above, which are those of gate `evomoe`; other gates have
            its defaults, as any gate does with `model.architecture: llama` or `train --init`:

            | task | preset | gate | options |
            |---|---|---|---|
            """)
        .append(presetOptions())
        .toString();
  }

  private static String presetOptions() {
    StringBuilder rows = new StringBuilder();
    for (String task : Tasks.names()) {
      for (Preset preset : Tasks.presets(task)) {
        preset
            .gates()
            .forEach(
                (gate, defaults) ->
                    rows.append(
                        "| %s | %s | `%s` | %s |\n"
                            .formatted(task, preset.name(), gate, defaults.options())));
      }
    }
    return rows.toString();
  }

  private static String defaults(String field) {
    String small = of("small", field);
    Set<String> others = new LinkedHashSet<>();
    for (String preset : List.of("quick", "base")) {
      String other = of(preset, field);
      if (!other.equals(small)) {
        others.add(preset + ": " + other);
      }
    }
    return small + (others.isEmpty() ? "" : " (" + String.join("; ", others) + ")");
  }

  /** One value where all tasks have the same. */
  private static String of(String preset, String field) {
    Set<String> values = new LinkedHashSet<>();
    Stream.of("gpt", "roberta", "mt")
        .map(task -> Tasks.preset(task, preset).config(task, "evomoe", 1))
        .map(config -> String.valueOf(ConfigFields.values(config).get(field)))
        .forEach(values::add);
    if (values.size() == 1) {
      return values.iterator().next().replace(ConfigFields.EMPTY, "");
    }
    return String.join(
        ", ",
        Stream.of("gpt", "roberta", "mt")
            .map(task -> Tasks.preset(task, preset).config(task, "evomoe", 1))
            .map(config -> String.valueOf(ConfigFields.values(config).get(field)))
            .toList());
  }

  /** What the Javadoc of a record says of its components. */
  private static Map<String, String> meanings(Class<?> record) throws IOException {
    String source = Files.readString(source(record));
    String declared = source.substring(0, source.indexOf("public record "));
    String doc =
        declared
            .substring(declared.lastIndexOf("/**") + 3, declared.lastIndexOf("*/"))
            .replaceAll("\\n\\s*\\*", " ")
            .replaceAll("\\s+", " ")
            .strip();
    Map<String, String> meanings = new LinkedHashMap<>();
    Matcher param = PARAM.matcher(doc);
    while (param.find()) {
      meanings.put(param.group(1), plain(param.group(2)));
    }
    return meanings;
  }

  private static String plain(String javadoc) {
    return TAG.matcher(javadoc)
        .replaceAll(tag -> Matcher.quoteReplacement("`" + tag.group(1).replace('#', '.') + "`"))
        .replace("|", "\\|")
        .strip();
  }

  private static Path source(Class<?> record) throws IOException {
    String file = "src/main/java/" + record.getName().replace('.', '/') + ".java";
    for (String module : List.of("evomoe-core", "evomoe-models", "evomoe-run")) {
      Path source = ROOT.resolve(module).resolve(file);
      if (Files.exists(source)) {
        return source;
      }
    }
    throw new IOException("no source of " + record);
  }
}
