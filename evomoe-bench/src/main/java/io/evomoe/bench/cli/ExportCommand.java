package io.evomoe.bench.cli;

import io.evomoe.internal.files.NewFile;
import io.evomoe.internal.files.NewFolder;
import io.evomoe.models.gguf.GgufExport;
import io.evomoe.models.gguf.GgufType;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.hub.TokenizerFiles;
import io.evomoe.run.internal.task.RunCheckpoint;
import io.evomoe.run.internal.task.Tasks;
import io.evomoe.run.internal.task.TopKComparison;
import io.evomoe.run.result.ExportRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code evomoe export}: a trained model in the files of others. */
@Command(
    name = "export",
    description = {
      "Writes a trained model in the files of others.",
      "hf: a folder of Hugging Face, of the published family that holds the run exactly; where none"
          + " does, with Switch Transformers' names for experts.",
      "gguf: one file for llama.cpp, Ollama and what else is built on it."
    },
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  private static final String WHO = "evomoe export";
  private static final String HF = "hf";
  private static final String GGUF = "gguf";
  private static final Map<String, DataType> TYPES =
      Map.of("f32", DataType.FLOAT, "f16", DataType.FLOAT16, "bf16", DataType.BFLOAT16);
  private static final long MEGABYTE = 1_000_000;

  @Option(
      names = "--checkpoint",
      required = true,
      description = "folder of a run; its last checkpoint is used")
  Path checkpoint = Path.of(".");

  @Option(names = "--format", defaultValue = HF, description = "hf (default) or gguf")
  String format = HF;

  @Option(
      names = "--out",
      required = true,
      description = "hf: folder for the files, new or empty; gguf: file NAME.gguf, new")
  Path out = Path.of(".");

  @Option(
      names = "--dtype",
      description =
          "f32, f16 or bf16, of gguf also q8_0; by default f32, or of hf the types that an import"
              + " had")
  @Nullable String dtype;

  @Option(names = "--max-shard-mb", description = "hf: largest file in megabytes; 5000 by default")
  @Nullable Long maxShardMb;

  @Option(
      names = "--as",
      paramLabel = "FAMILY",
      description =
          "published family that must hold the run exactly, such as llama, mixtral, qwen3_moe or"
              + " olmoe; by default that of an import, else the first that does")
  @Nullable String family;

  @Option(
      names = "--top-k",
      description =
          "experts of a token, for a gate that has no fixed number of its own: measures the run's"
              + " held-out loss before and after, prints both and publishes it so where a family"
              + " holds it; the weights are the same")
  @Nullable Integer topK;

  @Override
  public Integer call() {
    switch (format) {
      case HF -> writeHub();
      case GGUF -> writeGguf();
      default -> throw new IllegalArgumentException("format must be hf or gguf, was " + format);
    }
    return 0;
  }

  private void writeHub() {
    long shard = maxShardMb == null ? HubExport.DEFAULT_SHARD_BYTES / MEGABYTE : maxShardMb;
    if (shard < 1 || shard > Long.MAX_VALUE / MEGABYTE) {
      throw new IllegalArgumentException("max-shard-mb must be at least 1, was " + shard);
    }
    Optional<DataType> type = hubType();
    try (NewFolder made = NewFolder.open(out, WHO);
        RunCheckpoint run = RunCheckpoint.open(checkpoint)) {
      printLosses(run);
      HubExport export = Tasks.named(run.config().task()).export(run, request());
      export.write(made.path(), type, shard * MEGABYTE);
      TokenizerFiles.publish(run.folder().tokenizerPath(), made.path());
      made.publish();
      System.out.printf("%,d tensors: %s%n", export.size(), out);
      if (topK != null && export.isInOwnForm()) {
        System.out.println(
            "No family holds it, so it is published as it is: its gate routes as before.");
      }
      list("What Switch Transformers has no place for:", export.unmapped());
    }
  }

  private ExportRequest request() {
    return new ExportRequest(family, topK);
  }

  private void printLosses(RunCheckpoint run) {
    if (topK != null) {
      TopKComparison.of(run, topK).lines().forEach(System.out::println);
    }
  }

  private Optional<DataType> hubType() {
    if (dtype == null) {
      return Optional.empty();
    }
    DataType type = TYPES.get(dtype);
    if (type == null) {
      throw new IllegalArgumentException(
          "dtype of format hf must be f32, f16 or bf16, was " + dtype);
    }
    return Optional.of(type);
  }

  private void writeGguf() {
    String name = out.toAbsolutePath().normalize().getFileName() + "";
    if (!name.endsWith("." + GGUF)) {
      throw new IllegalArgumentException(
          "out must be a file whose name ends in .gguf with format gguf, was " + out);
    }
    if (maxShardMb != null) {
      throw new IllegalArgumentException(
          "max-shard-mb must be left out with format gguf, was " + maxShardMb);
    }
    GgufType type = dtype == null ? GgufType.F32 : GgufType.named(dtype);
    try (NewFile made = NewFile.open(out, WHO);
        RunCheckpoint run = RunCheckpoint.open(checkpoint)) {
      run.folder().requireTokenizer();
      printLosses(run);
      HubExport published = Tasks.named(run.config().task()).export(run, request());
      GgufExport export = GgufExport.of(published, run.folder().tokenizerPath());
      int tensors =
          export.write(made.path(), name.substring(0, name.length() - ".gguf".length()), type);
      made.publish();
      System.out.printf("%,d tensors: %s%n", tensors, out);
      list("What llama.cpp computes in another way:", export.differences());
    }
  }

  private static void list(String title, List<String> lines) {
    if (!lines.isEmpty()) {
      System.out.println(title);
      lines.forEach(line -> System.out.println("- " + line));
    }
  }
}
