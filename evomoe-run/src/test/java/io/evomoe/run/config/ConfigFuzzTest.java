package io.evomoe.run.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.evomoe.run.task.Tasks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Configuration files with random mistakes: each is a configuration or a clear refusal. */
class ConfigFuzzTest {
  private static final List<String> PIECES =
      List.of(
          "-1",
          "0",
          "1e400",
          ".nan",
          ".inf",
          "null",
          "~",
          "true",
          "[]",
          "{}",
          "[1, 2]",
          "{a: b}",
          "\"",
          "'",
          ":",
          "- ",
          "&a ",
          "*a",
          "!!binary x",
          "!!java.util.Date x",
          "? ",
          "|\n",
          ">",
          "\t",
          "\n",
          "  ",
          "#",
          "%YAML 9",
          "---\n",
          "...\n",
          "\u0000",
          "ü",
          "99999999999999999999",
          "2147483647",
          "9223372036854775807",
          "mask:2",
          "0x10",
          "1_000",
          "<<: ",
          "@",
          "`",
          "[[[[[[[[[[[[[[[[",
          "experts: 3",
          "training:");

  @TempDir Path folder;

  @Test
  void should_give_a_configuration_or_one_clear_line() throws IOException {
    fuzz(1000);
  }

  @Tag("campaign")
  @Test
  void so_should_many_more() throws IOException {
    fuzz(20_000);
  }

  private void fuzz(int files) throws IOException {
    Random random = new Random(31);
    RunConfig defaults = Tasks.preset("gpt", "quick").config("gpt", "switch", 1);
    String text =
        ConfigFile.text(defaults)
            .replace("gateOptions: {}", "gateOptions:\n  switch:\n    alpha: 0.1");
    assertThat(text).contains("alpha: 0.1");
    Path file = folder.resolve("config.yaml");
    int valid = 0;
    for (int i = 0; i < files; i++) {
      byte[] mutated = mutated(text, random);
      Files.write(file, mutated);
      valid += isValid(defaults, file, mutated) ? 1 : 0;
    }
    System.out.printf("%d mutated files: %d valid, %d refused%n", files, valid, files - valid);
    assertThat(valid).isBetween(files / 50, files - files / 2);
  }

  private static boolean isValid(RunConfig defaults, Path file, byte[] content) {
    try {
      Tasks.checked(ConfigFile.overlay(defaults, file));
      return true;
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage())
          .as(new String(content, StandardCharsets.UTF_8))
          .isNotBlank()
          .hasLineCount(1)
          .doesNotContain("com.fasterxml", "java.lang", "io.evomoe");
      return false;
    } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
      return fail(new String(content, StandardCharsets.UTF_8), e);
    }
  }

  private static byte[] mutated(String text, Random random) {
    List<String> lines = new ArrayList<>(text.lines().toList());
    int mistakes = 1 + random.nextInt(3);
    for (int i = 0; i < mistakes; i++) {
      int at = random.nextInt(lines.size());
      String line = lines.get(at);
      String piece = PIECES.get(random.nextInt(PIECES.size()));
      switch (random.nextInt(7)) {
        case 0 -> lines.remove(at);
        case 1 -> lines.add(at, line);
        case 2 -> Collections.swap(lines, at, random.nextInt(lines.size()));
        case 3 -> lines.set(at, line.replaceFirst(":.*", ": " + quoted(piece)));
        case 4 -> lines.set(at, insertedInto(line, piece, random));
        case 5 -> lines.set(at, line.substring(random.nextInt(line.length() + 1)));
        default -> lines.set(at, line + piece);
      }
      if (lines.isEmpty()) {
        lines.add("");
      }
    }
    byte[] bytes = String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
    if (bytes.length > 0 && random.nextInt(4) == 0) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private static String insertedInto(String line, String piece, Random random) {
    int at = random.nextInt(line.length() + 1);
    return line.substring(0, at) + piece + line.substring(at);
  }

  private static String quoted(String replacement) {
    return java.util.regex.Matcher.quoteReplacement(replacement);
  }
}
