package io.evomoe.run.task;

import io.evomoe.models.gguf.GgufExport;
import io.evomoe.models.hub.HubRequest;
import io.evomoe.models.hub.PublishedModel;
import io.evomoe.moe.RouterOptions.Prior;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.internal.MetaArrays;
import io.evomoe.run.config.ConfigFile;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.step.StepContext;
import io.evomoe.training.Model;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the model of a finished run can be exported. The configuration alone decides, so this is
 * known before the first step.
 *
 * @param family published family with Hugging Face's {@code model_type}; null for EvoMoE's own form
 * @param gguf whether llama.cpp can run it
 * @param expertsPerToken number of experts that the export gives every token; null if the gate's
 *     own number stays, or if there are no experts
 * @param embedsPrior whether the token prior has to move into the embedding first
 */
public record ExportPlan(
    @Nullable String family, boolean gguf, @Nullable Integer expertsPerToken, boolean embedsPrior) {
  /** The export in EvoMoE's own form. */
  public static final ExportPlan OWN_FORM = new ExportPlan(null, false, null, false);

  private static final int MOST_ARRAYS = 1_000_000;

  /**
   * Returns the plan with the fewest changes of the model that leads to a published family.
   *
   * @param vocabulary number of token ids
   */
  public static ExportPlan of(RunConfig config, int vocabulary) {
    int experts = config.evolution().finalTopK();
    return Stream.of(
            attempt(config, vocabulary, null, false),
            attempt(config, vocabulary, experts, false),
            embedded(config).flatMap(wide -> attempt(wide, vocabulary, null, true)),
            embedded(config).flatMap(wide -> attempt(wide, vocabulary, experts, true)))
        .flatMap(Optional::stream)
        .findFirst()
        .orElse(OWN_FORM);
  }

  /** Returns the plan of a run. */
  public static ExportPlan of(RunConfig config) {
    return of(config, config.model().vocabulary());
  }

  /**
   * Returns the configuration of a run with its token prior in the embedding, without the new
   * columns; empty if the run has no prior at its end, or no Llama blocks.
   */
  public static Optional<RunConfig> embedded(RunConfig config) {
    String prior = config.options().getOrDefault("prior", Prior.NONE.name());
    boolean movable =
        config.model().architecture() == Architecture.LLAMA
            && Stream.of(Prior.FIXED, Prior.LEARNED)
                .anyMatch(p -> p.name().equalsIgnoreCase(prior));
    String option = "gateOptions.%s.prior".formatted(config.gate());
    String value = Prior.EMBEDDED.name().toLowerCase(Locale.ROOT);
    return movable ? Optional.of(ConfigFile.set(config, option, value)) : Optional.empty();
  }

  private static Optional<ExportPlan> attempt(
      RunConfig config, int vocabulary, @Nullable Integer experts, boolean embedsPrior) {
    return MetaArrays.make(
            MOST_ARRAYS, () -> published(Tasks.named(config.task()), config, vocabulary, experts))
        .map(
            model ->
                new ExportPlan(
                    model.modelType(), GgufExport.isSupported(model), experts, embedsPrior));
  }

  private static <B, M extends Model<B>> Optional<PublishedModel> published(
      Task<B, M> task, RunConfig config, int vocabulary, @Nullable Integer experts) {
    long steps = config.training().steps();
    try {
      M model = task.fresh(config, vocabulary, TrainingFacts.ofSteps(steps));
      StepContext end = config.schedule().context(steps, false, config.seed());
      StepContext moment =
          experts == null ? end : model.evolving().withExpertsPerToken(end, experts);
      return task.export(model, HubRequest.of(config.gate()).withMoment(moment)).model();
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // The gate or the task cannot do this.
    }
  }

  /** Returns one line for the user, with options that make an export possible if it is not. */
  public static String text(RunConfig config, int vocabulary) {
    ExportPlan plan = of(config, vocabulary);
    return plan.family == null
        ? "Export: only EvoMoE can read this model." + advice(config, vocabulary)
        : plan.published();
  }

  private static String advice(RunConfig config, int vocabulary) {
    Map<String, RunConfig> changes = new LinkedHashMap<>();
    if (config.task().equals("gpt")) {
      changes.put("--for gguf", withBlocks(config, Architecture.LLAMA));
    }
    for (String gate : List.of("evomoe", "dense")) {
      changes.put("--gate " + gate, config.with(c -> c.gate(gate).gateOptions(Map.of())));
    }
    boolean gguf = false;
    List<String> helpful = new ArrayList<>();
    for (Map.Entry<String, RunConfig> change : changes.entrySet()) {
      ExportPlan plan = of(change.getValue(), vocabulary);
      if (plan.family != null) {
        helpful.add("with " + change.getKey());
        gguf |= plan.gguf;
      }
    }
    return helpful.isEmpty()
        ? ""
        : " For Hugging Face%s, train %s."
            .formatted(gguf ? " and GGUF" : "", String.join(", or ", helpful));
  }

  private static RunConfig withBlocks(RunConfig config, Architecture blocks) {
    return config.with(c -> c.model(config.model().with(m -> m.architecture(blocks))));
  }

  private String published() {
    StringBuilder line = new StringBuilder("Export: as ").append(family);
    line.append(gguf ? " for Hugging Face, and as GGUF" : " for Hugging Face, not as GGUF");
    if (expertsPerToken != null) {
      line.append(", with ").append(expertsPerToken);
      line.append(expertsPerToken == 1 ? " expert a token" : " experts a token");
    }
    return line.append(embedsPrior ? "; the token prior moves into the embedding." : ".")
        .toString();
  }
}
