package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A BERT with a WordPiece tokenizer: import, upcycling, fine-tuning, export. */
class BertCommandsTest {
  private static final String TOKENIZER = "tokenizer.json";
  private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

  @TempDir Path folder;
  private Path bert;
  private Path classes;

  @BeforeEach
  void write_a_bert() throws IOException {
    Path run = folder.resolve("run");
    new TinyRuns("roberta", TinyRuns.text(folder)).train(run, "dense", "2").succeeded();
    bert = folder.resolve("bert");
    CommandRun.of("export", "--checkpoint", run, "--as", "bert", "--out", bert).succeeded();
    try (var files = Files.list(bert)) {
      for (Path file : files.toList()) {
        if (file.toString().matches(".*(token|vocab|merges).*")) {
          Files.delete(file);
        }
      }
    }
    Files.writeString(bert.resolve(TOKENIZER), tokenizer());
    classes = Files.createDirectory(folder.resolve("classes"));
    Files.write(classes.resolve("x.train.tsv"), TinyRuns.classes(60));
    Files.write(classes.resolve("x.valid.tsv"), TinyRuns.classes(12));
  }

  private static String tokenizer() {
    ObjectNode tokenizer = new ObjectMapper().createObjectNode();
    ArrayNode added = tokenizer.putArray("added_tokens");
    tokenizer.putObject("normalizer").put("type", "BertNormalizer");
    tokenizer.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    ObjectNode model = tokenizer.putObject("model");
    model.put("type", "WordPiece").put("unk_token", "[UNK]");
    ObjectNode vocabulary = model.putObject("vocab");
    for (String token : SPECIAL) {
      added.addObject().put("id", vocabulary.size()).put("content", token).put("special", true);
      vocabulary.put(token, vocabulary.size());
    }
    for (int c = '!'; c <= '~'; c++) {
      vocabulary.put(Character.toString(c), vocabulary.size());
      vocabulary.put("##" + Character.toString(c), vocabulary.size());
    }
    return tokenizer.toString();
  }

  @Test
  void should_be_upcycled_and_fine_tuned() {
    Path dense = imported();
    Path mixture = folder.resolve("mixture");
    CommandRun.of(
            "train",
            "--init=" + dense,
            "--gate=evomoe",
            "--spawn=units:0.5",
            "--experts=2",
            "--steps=1",
            "--batch=2",
            "--set=model.sequence=16",
            "--data=" + folder.resolve("text.txt"),
            "--out=" + mixture)
        .succeeded();
    for (Path run : List.of(dense, mixture)) {
      Path tuned = folder.resolve("tuned-" + run.getFileName());
      CommandRun tuning =
          CommandRun.of(
                  "finetune",
                  "--checkpoint=" + run,
                  "--data=" + classes,
                  "--steps=2",
                  "--batch=4",
                  "--no-baseline",
                  "--out=" + tuned)
              .succeeded();
      assertThat(tuning.out()).contains("fine-tuned");

      byte[] lines = "Like gold\nto move\n".getBytes(StandardCharsets.UTF_8);
      CommandRun named = CommandRun.reading(lines, "classify", "--checkpoint=" + tuned).succeeded();
      assertThat(named.out().lines()).hasSize(2);
    }
  }

  @Test
  void should_be_exported_with_its_tokenizer_as_it_was() {
    Path out = folder.resolve("out");

    CommandRun.of("export", "--checkpoint", imported(), "--out", out).succeeded();

    assertThat(out.resolve(TOKENIZER)).hasSameTextualContentAs(bert.resolve(TOKENIZER));
    assertThat(out.resolve("tokenizer_config.json")).doesNotExist();
    assertThat(out.resolve("config.json")).hasSameTextualContentAs(bert.resolve("config.json"));
    assertThat(out.resolve("model.safetensors"))
        .hasSameBinaryContentAs(bert.resolve("model.safetensors"));
  }

  @Test
  void should_tokenize() {
    CommandRun tokens = CommandRun.of("tokenize", "--from", imported(), "--json", "\u00c9a [MASK]");

    assertThat(tokens.succeeded().out()).contains("[\"e\",\"##a\",\"[MASK]\"]");
  }

  private Path imported() {
    Path out = folder.resolve("imported");
    CommandRun run = CommandRun.of("import", "--from", bert, "--out", out).succeeded();
    assertThat(run.out()).contains("bert as task roberta", "Tokenizer: copied");
    return out;
  }
}
