package io.evomoe.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.util.Platform;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The tokenizer's native code is that of its jar, whatever lies in the temporary folder. */
@DisabledOnOs(OS.WINDOWS)
class PlantedTokenizerTest {
  @TempDir private Path folder;

  @Test
  void should_not_load_what_was_planted_where_there_is_no_home() throws Exception {
    Path temporary = Files.createDirectory(folder.resolve("temporary"));
    Platform platform = Platform.detectPlatform("tokenizers");
    Path planted =
        temporary.resolve(
            ".djl.ai/tokenizers/%s-cpu-%s/%s"
                .formatted(
                    platform.getVersion(),
                    platform.getClassifier(),
                    System.mapLibraryName("tokenizers")));
    Files.createDirectories(planted.getParent());
    Files.writeString(planted, "planted");
    Path noHome = Files.createFile(folder.resolve("file")).resolve("home");
    Path text = Files.createDirectory(folder.resolve("text"));
    BytePairTrainer.train(List.of("one two one two"), 260, SpecialTokens.GPT).save(text);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Duser.home=" + noHome,
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName(),
                text.toString())
            .redirectErrorStream(true)
            .start();

    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(out).isZero();
    assertThat(out)
        .contains("one two")
        .as("a CUDA runtime without a GPU is none of its business")
        .doesNotContain("GPU count");
    assertThat(planted).hasContent("planted");
    try (var left = Files.list(temporary)) {
      assertThat(left).containsExactly(temporary.resolve(".djl.ai"));
    }
  }

  @Test
  void should_refuse_a_folder_that_was_named_and_that_others_can_write_to() throws IOException {
    Path open = Files.createDirectory(folder.resolve("open"));
    Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
    BytePairTrainer.train(List.of("one two one two"), 260, SpecialTokens.GPT).save(folder);
    String before = System.setProperty("ENGINE_CACHE_DIR", open.toString());
    try {
      assertThatThrownBy(() -> BpeTokenizer.load(folder))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(open + " can be written to by others");
    } finally {
      if (before == null) {
        System.clearProperty("ENGINE_CACHE_DIR");
      } else {
        System.setProperty("ENGINE_CACHE_DIR", before);
      }
    }
  }

  /** Encodes and decodes a text, in a process of its own. */
  static final class Program {
    public static void main(String[] arguments) {
      try (BpeTokenizer tokenizer = BpeTokenizer.load(Path.of(arguments[0]))) {
        int[] ids = tokenizer.encode("one two");
        System.err.println(Arrays.toString(ids) + " " + tokenizer.decode(ids));
      }
    }
  }
}
