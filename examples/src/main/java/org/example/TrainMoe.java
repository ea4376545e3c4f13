package org.example;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.evolution.EvolutionSchedule;
import io.evomoe.kernel.Activation;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.gpt.GptConfig;
import io.evomoe.models.stack.StackSize;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.PackedBatches;
import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenStream;
import io.evomoe.models.text.TokenizerFolder;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateRegistry;
import io.evomoe.training.StepReport;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainingConfig;
import io.evomoe.training.TrainingData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;

/** Trains a small GPT whose experts are chosen by {@link RootGate} on a text file. */
public final class TrainMoe {
  private static final int STEPS = 40;
  private static final int TOKENS = 32;

  private TrainMoe() {}

  /**
   * Prints the loss of each tenth step, and fails where it did not fall.
   *
   * @param args the text file
   */
  public static void main(String[] args) throws IOException {
    List<StepReport> reports = train(Path.of(args[0]));
    for (StepReport report : reports) {
      if (report.step() % 10 == 0) {
        System.out.printf(
            "step %d  loss %.3f  experts a token %.2f%n",
            report.step(), report.trainLoss(), report.activeExperts());
      }
    }
    if (!(reports.get(STEPS - 1).trainLoss() < reports.get(0).trainLoss() - 0.3)) {
      System.err.println("the loss must fall by 0.3, from " + reports.get(0).trainLoss());
      System.exit(1);
    }
  }

  private static List<StepReport> train(Path file) throws IOException {
    Path folder = Files.createTempDirectory("train-moe");
    TextSplit text = TextSplit.open(file);
    try (BpeTokenizer tokenizer = TokenizerFolder.train(text.train(), 300, folder)) {
      StackSize blocks = new StackSize(2, 32, 64, 2, 4, 2, 0, 0, Activation.GELU);
      GptConfig size = new GptConfig(tokenizer.vocabularySize(), TOKENS, blocks);
      GateProvider gate = GateRegistry.installed().provider("root");
      Kernels kernels = KernelSelection.forType(DataType.FLOAT);
      Gpt model = new Gpt(size, gate, Map.of(), 1, kernels);
      TokenStream train = TokenStream.of(text.train(), tokenizer);
      TokenStream valid = TokenStream.of(text.valid(), tokenizer);
      List<StepReport> reports = new ArrayList<>();
      new Trainer<>(
              model,
              new TrainingData<>(
                  new PackedBatches(train, TOKENS, 8, 1),
                  new PackedBatches(valid, TOKENS, 8, 1).evaluationBatches(2)),
              kernels,
              TrainingConfig.defaults(STEPS),
              new EvolutionSchedule(EvolutionConfig.defaults(STEPS), gate.growth()))
          .run(reports::add);
      return reports;
    }
  }
}
