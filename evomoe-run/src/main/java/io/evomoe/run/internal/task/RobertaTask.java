package io.evomoe.run.internal.task;

import io.evomoe.models.roberta.Roberta;
import io.evomoe.models.text.SpecialTokens;
import io.evomoe.moe.TrainingFacts;
import io.evomoe.nn.TokenBatch;
import io.evomoe.run.config.ModelConfig.Architecture;
import io.evomoe.run.config.RunConfig;
import io.evomoe.run.task.Task.TaskRun;
import io.evomoe.run.task.Task.TrainedModel;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Masked language modelling with a RoBERTa, to be fine-tuned. */
public final class RobertaTask extends TextTask<Roberta> {

  /** Creates the task; called by the service loader. */
  public RobertaTask() {
    super("roberta", Map.of(Architecture.GPT, Roberta.class), false, List.of("sotu", "wordnet"));
  }

  /** It supports every embedding. */
  @Override
  protected void check(RunConfig config) {}

  @Override
  public Roberta fresh(RunConfig config, int tokens, TrainingFacts facts) {
    return new Roberta(config.languageModel(tokens), config.gates(facts), config.scope());
  }

  /** Reads padding tokens as padding, which no other token attends to. */
  @Override
  public INDArray lastLogits(TrainedModel<Roberta> trained, TaskRun run, int[] ids, int[] written) {
    int padding = padding(run);
    boolean[] hidden = new boolean[ids.length];
    for (int s = 0; s < ids.length; s++) {
      hidden[s] = ids[s] == padding;
    }
    TokenBatch read = new TokenBatch(ids.length, ids, hidden);
    return trained.model().logits(read, new int[] {ids.length - 1}, trained.context());
  }

  private static int padding(TaskRun run) {
    int offset = run.config().architecture().positionOffset();
    return offset > 0 ? offset - 1 : run.tokenizer().requireSpecial(SpecialTokens.PADDING);
  }
}
