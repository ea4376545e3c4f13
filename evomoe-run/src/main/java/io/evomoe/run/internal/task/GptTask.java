package io.evomoe.run.internal.task;

import io.evomoe.models.causal.CausalLanguageModel;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.llama.Llama;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.Task.TaskRun;
import io.evomoe.run.task.Task.TrainedModel;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Causal language modelling with a GPT or a Llama. */
public final class GptTask extends TextTask<CausalLanguageModel> {

  /** Creates the task; called by the service loader. */
  public GptTask() {
    super(
        "gpt",
        Map.of(Architecture.GPT, Gpt.class, Architecture.LLAMA, Llama.class),
        true,
        List.of("sotu"));
  }

  @Override
  public CausalLanguageModel fresh(RunConfig config, int tokens, TrainingFacts facts) {
    LanguageModelConfig size = config.languageModel(tokens);
    return switch (config.model().architecture()) {
      case GPT -> new Gpt(size, config.gates(facts), config.scope());
      case LLAMA -> new Llama(size, config.gates(facts), config.scope());
    };
  }

  @Override
  public INDArray lastLogits(
      TrainedModel<CausalLanguageModel> trained, TaskRun run, int[] ids, int[] written) {
    return trained.model().nextTokenLogits(TokenBatch.of(ids.length, ids), trained.context());
  }

  @Override
  public INDArray eachLogits(TrainedModel<CausalLanguageModel> trained, TaskRun run, int[] ids) {
    return trained.model().logits(TokenBatch.of(ids.length, ids), trained.context());
  }
}
