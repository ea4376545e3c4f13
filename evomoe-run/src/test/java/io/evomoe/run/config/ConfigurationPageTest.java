package io.evomoe.run.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.internal.names.Field;
import io.evomoe.internal.names.Fields;
import io.evomoe.run.task.Tasks;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/configuration.md} is made of the records' fields and the defaults of the presets.
 * {@code -Devomoe.record=true} writes it anew.
 */
class ConfigurationPageTest {
  private static final Path ROOT = Path.of(System.getProperty("basedir", "."), "..");
  private static final Path PAGE = ROOT.resolve("docs/configuration.md");

  private static final Map<Field.Kind, String> RESUMED =
      Map.of(Field.Kind.MODEL, "no", Field.Kind.RUN, "on request", Field.Kind.FREE, "yes");

  @Test
  void should_be_what_the_records_say() throws IOException {
    String page = page();
    if (Boolean.getBoolean("evomoe.record")) {
      Files.writeString(PAGE, page);
    }

    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  private static String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # Configuration

            A run takes its settings from a preset. A YAML file replaces the fields that it names, and `--set` replaces single
            fields after it. The same names work in `config.yaml` of a run and in `RunBuilder` in [Java](library.md). For example,
            write this into `mine.yaml`:

            ```yaml
            model:
              numHiddenLayers: 4
              experts: 16
            training:
              steps: 1000
              learningRate: 0.002
            evolution:
              spawn: "mask:0.3:rescale"
              minTemperature: 0.2
            guards:
              keepCheckpoints: 3
            gateOptions:
              evomoe:
                balance: 0.05
              switch:
                capacityFactor: 1.5
            ```

            <!-- run with: --config mine.yaml => --config mine.yaml --preset quick --gates evomoe --set training.steps=4 -->
            ```sh
            ./evomoe compare --config mine.yaml --set training.batch=8
            ```

            Unknown fields are rejected. `task`, `gate` and `seed` have command-line options; a file may only repeat their values.
            Editors complete and check a file with [config.schema.json](config.schema.json), e.g. if its first line is
            `# yaml-language-server: $schema=config.schema.json`.

            Defaults are those of preset `small` with gate `evomoe`. If a cell has three values, they are for gpt, roberta and mt.
            Values of other presets are in brackets. An empty default follows from other fields. The last column says
            whether a resumed run may change the field; after the spawn, the first four fields of `evolution` are fixed. With
            `model.architecture: llama`, `model.intermediateSize` is two thirds of this default, rounded to a multiple of 32.
            This page is generated from the fields and the presets.

            """);
    for (RecordComponent record : RunConfig.class.getRecordComponents()) {
      if (record.getType().isRecord()) {
        page.append("## ").append(record.getName()).append("\n\n");
        page.append("| field | default | allowed | meaning | resume |\n|---|---|---|---|---|\n");
        for (RecordComponent field : record.getType().getRecordComponents()) {
          String name = record.getName() + "." + field.getName();
          page.append(
              "| `%s` | %s | %s | %s | %s |\n"
                  .formatted(
                      name,
                      defaults(name),
                      allowed(field),
                      Fields.of(field).doc().replace("|", "\\|"),
                      RESUMED.get(ConfigFile.kind(name))));
        }
        page.append('\n');
      }
    }
    return page.append(
            """
            ## gateOptions

            Options of a gate by its name, e.g. `gateOptions.switch.alpha`: see [the gates](gates.md). They are fields of the model, so
            a resumed run cannot change them. Presets set the options below. All other gates and `train --init` use
            the defaults of the gate.

            | task | preset | gate | options |
            |---|---|---|---|
            """)
        .append(presetOptions())
        .toString();
  }

  private static String allowed(RecordComponent field) {
    return field.getType().isEnum()
        ? Arrays.stream(field.getType().getEnumConstants())
            .map(constant -> "`" + constant + "`")
            .collect(Collectors.joining(", "))
        : Fields.allowed(field).replaceFirst("^in ", "");
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
        .map(config -> String.valueOf(ConfigFile.values(config).get(field)))
        .forEach(values::add);
    if (values.size() == 1) {
      return values.iterator().next().replace(Fields.EMPTY, "");
    }
    return String.join(
        ", ",
        Stream.of("gpt", "roberta", "mt")
            .map(task -> Tasks.preset(task, preset).config(task, "evomoe", 1))
            .map(config -> String.valueOf(ConfigFile.values(config).get(field)))
            .toList());
  }
}
