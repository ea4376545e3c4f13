package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.TextCorpus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizeCommandTest {
  private static final String TEXT = "The union\tof states, été";

  @TempDir Path folder;
  private int[] ids = {};

  @BeforeEach
  void learn_a_tokenizer() {
    TextCorpus text = new TextCorpus("text", List.of("The state of the union of the states."));
    BpeTokenizer tokenizer = BpeTokenizer.train(text, 270, folder);
    ids = tokenizer.encode(TEXT);
  }

  @Test
  void should_print_ids_with_their_pieces_and_the_text_of_ids() {
    List<String> lines = tokenize("--from", folder.toString(), TEXT).out().lines().toList();

    assertThat(lines.stream().map(line -> line.split("\t", 2)[0]))
        .containsExactly(Arrays.stream(ids).mapToObj(Integer::toString).toArray(String[]::new));
    assertThat(lines).anyMatch(line -> line.endsWith("\t\\t"));
    String all = Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(","));
    assertThat(tokenize("--from", folder.toString(), "--ids", all).out()).isEqualTo(TEXT + "\n");
  }

  @Test
  void should_read_a_tokenizer_file_and_standard_input_and_print_json() throws IOException {
    CommandRun run =
        CommandRun.reading(
                (TEXT + "\n").getBytes(StandardCharsets.UTF_8),
                "tokenize",
                "--from",
                folder.resolve("tokenizer.json").toString(),
                "--json")
            .succeeded();

    JsonNode line = new ObjectMapper().readTree(run.out());
    assertThat(line.path("text").asText()).isEqualTo(TEXT);
    assertThat(line.path("ids")).hasSize(ids.length);
    assertThat(line.path("ids").path(0).asInt()).isEqualTo(ids[0]);
    assertThat(line.path("pieces")).hasSize(ids.length);
  }

  @Test
  void should_reject_ids_beside_a_text_and_ids_that_are_none() {
    CommandRun.of("tokenize", "--from", folder, "--ids", "1", TEXT)
        .refused("--ids cannot be given with a text");
    CommandRun.of("tokenize", "--from", folder, "--ids", "99999")
        .refused("token id must be in 0..");
    CommandRun.of("tokenize", "--from", folder.resolve("none"), TEXT)
        .refused("none does not exist");
  }

  private static CommandRun tokenize(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "tokenize";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return CommandRun.of(all).succeeded();
  }
}
