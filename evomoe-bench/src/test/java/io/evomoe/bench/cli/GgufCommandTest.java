package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** export --format gguf, as a user calls it. */
class GgufCommandTest {
  @TempDir Path folder;
  private List<TinyRuns> tasks = List.of();

  @BeforeEach
  void write_data() throws IOException {
    tasks = TinyRuns.everyTask(folder);
  }

  @Test
  void should_write_one_file_of_each_type() throws IOException {
    Path run = trained(0, "dense");
    for (String type : List.of("f32", "f16", "bf16", "q8_0")) {
      Path out = folder.resolve(type + ".gguf");
      CommandRun export = export(run, out, "--dtype", type);
      assertThat(export.code()).as(export.err()).isZero();
      assertThat(export.out())
          .contains("29 tensors: " + out, "GELU: exact here, the tanh formula there");
      byte[] file = Files.readAllBytes(out);
      assertThat(file).startsWith('G', 'G', 'U', 'F', 3, 0, 0, 0);
      assertThat(number(file, "tokenizer.ggml.bos_token_id"))
          .as("else llama.cpp takes another token of GPT-2's")
          .isEqualTo(number(file, "tokenizer.ggml.eos_token_id"));
    }
    assertThat(Files.size(folder.resolve("f16.gguf")))
        .isLessThan(Files.size(folder.resolve("f32.gguf")));
    assertThat(folder).isDirectoryNotContaining("glob:**/.*");
  }

  @Test
  void what_cannot_be_written_should_be_refused_in_one_line() throws IOException {
    Path run = trained(0, "dense");
    Path out = folder.resolve("out.gguf");
    Path there = Files.writeString(folder.resolve("mine.gguf"), "keep me");
    Path inTheWay = Files.createDirectory(folder.resolve("folder.gguf"));

    refused("mine.gguf must be new, is a file that exists", export(run, there));
    refused("folder.gguf must be new, is a folder", export(run, inTheWay));
    refused("--out must end in .gguf", export(run, folder.resolve("out.bin")));
    refused(
        "--max-shard-mb cannot be given with --format gguf",
        export(run, out, "--max-shard-mb", "1"));
    refused("must be one of [f32, f16, bf16, q8_0], was q4_0", export(run, out, "--dtype", "q4_0"));
    refused("--format must be hf, gguf or peft, was onnx", export(run, out, "--format", "onnx"));
    refused(
        "--dtype of format hf must be f32, f16 or bf16, was q8_0",
        export(run, out, "--format", "hf", "--dtype", "q8_0"));
    refused("gpt2 of llama.cpp has no experts", export(trained(0, "switch"), out));
    refused("a RoBERTa fills in masked tokens", export(trained(1, "dense"), out));
    refused("no encoder-decoder", export(trained(2, "dense"), out));
    assertThat(out).doesNotExist();
    assertThat(there).hasContent("keep me");
    assertThat(inTheWay).isEmptyDirectory();
  }

  /** A field of 32 bits, which stands behind its name and its type. */
  private static int number(byte[] file, String field) {
    int at = new String(file, StandardCharsets.ISO_8859_1).indexOf(field);
    assertThat(at).as(field).isPositive();
    return ByteBuffer.wrap(file)
        .order(ByteOrder.LITTLE_ENDIAN)
        .getInt(at + field.length() + Integer.BYTES);
  }

  private Path trained(int task, String gate) {
    Path out = folder.resolve(task + gate);
    CommandRun train = tasks.get(task).train(out, gate, "2");
    assertThat(train.code()).as(train.err()).isZero();
    return out;
  }

  private static CommandRun export(Path run, Path out, String... more) {
    String format = List.of(more).contains("--format") ? "" : "gguf";
    List<String> words =
        new ArrayList<>(List.of("export", "--checkpoint", run.toString(), "--out", out.toString()));
    if (!format.isEmpty()) {
      words.addAll(List.of("--format", format));
    }
    words.addAll(List.of(more));
    return CommandRun.of(words.toArray(String[]::new));
  }

  private static void refused(String says, CommandRun run) {
    run.refused(says);
  }
}
