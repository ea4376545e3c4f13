package io.evomoe.bench.cli;

import io.evomoe.bench.cli.console.CommandText;
import io.evomoe.evolution.EvolvingFeedForward;
import io.evomoe.internal.files.NewOutput;
import io.evomoe.internal.files.ScratchFolder;
import io.evomoe.internal.names.FieldBound;
import io.evomoe.models.gguf.GgufType;
import io.evomoe.models.hub.HubExport;
import io.evomoe.models.transformer.Search;
import io.evomoe.run.Run;
import io.evomoe.run.result.ExportRequest;
import io.evomoe.run.result.ExportRequest.Exported;
import io.evomoe.run.result.Measurement;
import io.evomoe.run.result.Measurement.EvalRequest;
import io.evomoe.run.task.ExportPlan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code evomoe export}: a trained model in the files of others. */
@Command(
    name = "export",
    description = {
      "Writes a trained model for other programs.",
      "hf: a Hugging Face folder, of the published family that fits the run exactly. If no family fits, the folder has EvoMoE's own form.",
      "gguf: one file for llama.cpp, Ollama and programs built on them.",
      "peft: the LoRA adapters of a run with lora.rank, for the library peft; their base is the hf export of the run that it started from."
    },
    footer = {
      "evomoe export --checkpoint runs/mine --out models/mine",
      "evomoe export --checkpoint runs/llama --format gguf --out llama.gguf"
    })
final class ExportCommand implements Runnable {
  private static final String HF = "hf";
  private static final String GGUF = "gguf";
  private static final String PEFT = "peft";
  private static final Map<String, DataType> TYPES =
      Map.of("f32", DataType.FLOAT, "f16", DataType.FLOAT16, "bf16", DataType.BFLOAT16);
  private static final long MEGABYTE = 1_000_000;

  /**
   * The batches of {@link EvalRequest#HELD_OUT} for the loss, with as little translation as
   * possible.
   */
  private static final EvalRequest HELD_OUT_LOSS =
      new EvalRequest(
          null, "valid", EvalRequest.HELD_OUT.batches(), 1, 0, Search.greedy(), null, null);

  @Option(
      names = "--checkpoint",
      required = true,
      description = "run folder, for its best checkpoint, or one checkpoint in it")
  Path checkpoint = Path.of(".");

  @Option(names = "--format", description = "hf, gguf or peft")
  String format = HF;

  @Option(
      names = "--out",
      required = true,
      description = "hf, peft: new or empty folder; gguf: new file NAME.gguf")
  Path out = Path.of(".");

  @Option(
      names = "--dtype",
      description =
          "f32, f16 or bf16; gguf also q8_0 (default: f32; for an import as hf, its own types)")
  @Nullable String dtype;

  @Option(names = "--max-shard-mb", description = "hf: largest file in megabytes")
  long maxShardMb = HubExport.DEFAULT_SHARD_BYTES / MEGABYTE;

  @Option(
      names = "--as",
      paramLabel = "FAMILY",
      description =
          "published family to use, e.g. llama, mixtral, qwen3_moe or olmoe, which must fit the run; or evomoe, EvoMoE's own form (default: the import's family, or the first that fits)")
  @Nullable String family;

  @Option(
      names = "--experts-per-token",
      description =
          "experts of every token, for a gate without a fixed number; prints the validation loss before and after (default: evolution.finalTopK, if the family needs a fixed number)")
  @Nullable Integer expertsPerToken;

  @Option(
      names = "--data",
      description =
          "data of the run, if it is elsewhere now; its validation set is measured (default: as in the training)")
  List<Path> data = List.of();

  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    boolean hub = format.equals(HF);
    if (format.equals(PEFT)) {
      writeAdapters();
      return;
    }
    if (!hub && !format.equals(GGUF)) {
      throw new IllegalArgumentException("--format must be hf, gguf or peft, was " + format);
    }
    BiFunction<Run<?>, ExportRequest, Exported> write = hub ? hub() : gguf();
    try (Run<?> run = Run.opening(checkpoint).data(DataOptions.once(data)).open()) {
      if (!hub) {
        run.tokenizer();
      }
      boolean asItIs = HubExport.OWN_FORM.equals(family) || !hasExperts(run);
      ExportPlan plan = asItIs ? ExportPlan.OWN_FORM : ExportPlan.of(run.config());
      Integer experts = expertsPerToken == null ? plan.expertsPerToken() : expertsPerToken;
      ExportRequest request = ExportRequest.DEFAULT.withFamily(family).withExpertsPerToken(experts);
      if (plan.embedsPrior()) {
        try (ScratchFolder scratch = ScratchFolder.create("-export");
            Run<?> embedded = run.embedPrior(scratch.path().resolve("run"))) {
          System.out.printf(
              "The token prior is in the embedding now: hidden size %d, was %d%n",
              embedded.config().model().hiddenSize(), run.config().model().hiddenSize());
          write(run, embedded, request, write);
        }
      } else {
        write(run, run, request, write);
      }
    }
  }

  private void writeAdapters() {
    CommandText.reject(
        spec, "cannot be given with --format peft", "--dtype", "--max-shard-mb", "--data");
    try (Run<?> run = Run.open(checkpoint)) {
      ExportRequest request =
          ExportRequest.DEFAULT.withFamily(family).withExpertsPerToken(expertsPerToken);
      System.out.printf("%,d tensors: %s%n", run.exportAdapters(request, out).tensors(), out);
    }
  }

  /** Whether the run is dense, or its experts are not spawned yet. */
  private static boolean hasExperts(Run<?> run) {
    return run.trained().model().evolving().places().stream()
        .anyMatch(EvolvingFeedForward::isMixture);
  }

  private void write(
      Run<?> trained,
      Run<?> changed,
      ExportRequest request,
      BiFunction<Run<?>, ExportRequest, Exported> write) {
    Integer experts = request.expertsPerToken();
    if (experts != null) {
      try {
        printLosses(trained, changed, experts);
      } catch (IllegalArgumentException e) {
        System.out.println("The loss is not measured: " + e.getMessage());
      }
    }
    Exported exported = write.apply(changed, request);
    System.out.printf("%,d tensors: %s%n", exported.tensors(), out);
    if (exported.ownForm() && experts != null) {
      System.out.println(
          "No family fits, so the export has EvoMoE's own form: its gate routes as before.");
    }
    if (!exported.remarks().isEmpty()) {
      System.out.println("Computed differently by llama.cpp:");
      exported.remarks().forEach(line -> System.out.println("- " + line));
    }
  }

  /**
   * Prints the validation loss with the gate's routing, and with a fixed number of experts.
   *
   * @param changed the run with the prior in its embedding, or the same run
   */
  private static void printLosses(Run<?> trained, Run<?> changed, int experts) {
    Measurement fixed = changed.evaluate(HELD_OUT_LOSS.withExpertsPerToken(experts));
    Measurement routed = trained.evaluate(HELD_OUT_LOSS);
    System.out.printf(
        "%s on %,d %s, %s, of %s%n",
        routed.run(), routed.tokens(), routed.unit(), routed.share().text(), routed.text());
    System.out.printf(
        "as the gate routes: loss %.4f nats, perplexity %.2f%n",
        routed.loss(), routed.perplexity());
    System.out.printf(
        "%s a token: loss %.4f nats, perplexity %.2f, %+.4f nats%n",
        experts == 1 ? "1 expert" : experts + " experts",
        fixed.loss(),
        fixed.perplexity(),
        fixed.loss() - routed.loss());
  }

  private BiFunction<Run<?>, ExportRequest, Exported> hub() {
    FieldBound.atLeast("--max-shard-mb", maxShardMb, 1);
    if (dtype != null && !TYPES.containsKey(dtype)) {
      throw new IllegalArgumentException(
          "--dtype of format hf must be f32, f16 or bf16, was " + dtype);
    }
    long shard = Math.min(maxShardMb, Long.MAX_VALUE / MEGABYTE) * MEGABYTE;
    NewOutput.folder(out).close();
    return (run, request) ->
        run.export(
            request.withType(dtype == null ? null : TYPES.get(dtype)).withMaxShardBytes(shard),
            out);
  }

  private BiFunction<Run<?>, ExportRequest, Exported> gguf() {
    String name = out.toAbsolutePath().normalize().getFileName() + "";
    if (!name.endsWith("." + GGUF)) {
      throw new IllegalArgumentException("--out must end in .gguf with --format gguf, was " + out);
    }
    CommandText.reject(spec, "cannot be given with --format gguf", "--max-shard-mb");
    GgufType type = dtype == null ? GgufType.F32 : GgufType.named(dtype);
    NewOutput.file(out).close();
    return (run, request) -> run.exportGguf(request, type, out);
  }
}
