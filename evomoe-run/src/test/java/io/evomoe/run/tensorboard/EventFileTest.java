package io.evomoe.run.tensorboard;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.run.tensorboard.TensorBoard.EventFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventFileTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

  @TempDir Path folder;

  @Test
  void should_mask_the_published_check_value_of_crc_32c() {
    int check = 0xe3069283;

    assertThat(EventFile.masked("123456789".getBytes(US_ASCII), 9))
        .isEqualTo(((check >>> 15) | (check << 17)) + 0xa282ead8);
  }

  /** The length and its checksum are those that every file of TensorFlow's begins with. */
  @Test
  void should_begin_as_the_files_of_tensorflow_do() throws IOException {
    EventFile.create(folder, NOW).close();

    byte[] bytes = Files.readAllBytes(files().get(0));
    String hex = HexFormat.of().formatHex(bytes);
    assertThat(hex)
        .startsWith("1800000000000000" + "a37f4b22" + "09")
        .hasSize(2 * (8 + 4 + 24 + 4));
    assertThat(new String(bytes, 8 + 4 + 11, 13, UTF_8)).isEqualTo("brain.Event:2");
  }

  @Test
  void should_give_each_file_a_name_after_those_before_it() {
    for (long second : new long[] {0, 0, 0, 1}) {
      EventFile.create(folder, NOW.plusSeconds(second)).close();
    }

    assertThat(files().stream().map(file -> file.getFileName().toString()))
        .containsExactly(
            "events.out.tfevents.1700000000.0000.evomoe",
            "events.out.tfevents.1700000000.0001.evomoe",
            "events.out.tfevents.1700000000.0002.evomoe",
            "events.out.tfevents.1700000001.0000.evomoe");
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
