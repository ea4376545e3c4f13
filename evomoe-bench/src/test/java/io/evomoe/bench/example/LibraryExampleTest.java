package io.evomoe.bench.example;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.evolution.EvolutionConfig;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.gpt.Gpt;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.stack.StackConfig;
import io.evomoe.models.text.BpeTokenizer;
import io.evomoe.models.text.LanguageBatch;
import io.evomoe.models.text.PackedBatches;
import io.evomoe.models.text.TextSplit;
import io.evomoe.models.text.TokenStream;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Scope;
import io.evomoe.training.Callback;
import io.evomoe.training.StepRecord;
import io.evomoe.training.Trainer;
import io.evomoe.training.TrainerConfig;
import io.evomoe.training.TrainingData;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

/** The README's example of the library. */
class LibraryExampleTest {

  /** Trains a small GPT with DTS gates on a text file, with checkpoints in a folder. */
  static void train(Path file, Path out, long steps, Callback callback) {
    TextSplit text = TextSplit.open(file);
    BpeTokenizer tokenizer = BpeTokenizer.train(text.train(), 512, out);
    int vocabulary = tokenizer.vocabularySize();
    StackConfig blocks = StackConfig.of(2, 64, 2).withExperts(4).withMoeEvery(2);
    LanguageModelConfig size = new LanguageModelConfig(vocabulary, 64, blocks);
    GateProvider gate = GateProvider.named("dts");
    Kernels kernels = KernelSelection.forType(DataType.FLOAT);
    Gpt model = new Gpt(size, Gates.of(gate, Map.of("balance", "0.01")), Scope.root(1, kernels));

    PackedBatches training = new PackedBatches(TokenStream.of(text.train(), tokenizer), 64, 16, 1);
    PackedBatches heldOut = new PackedBatches(TokenStream.of(text.valid(), tokenizer), 64, 16, 1);
    Trainer<LanguageBatch> trainer =
        new Trainer<>(
            model,
            new TrainingData<>(training::batch, heldOut.evaluationBatches(4)),
            TrainerConfig.defaults(steps).with(t -> t.evalEvery(50)),
            EvolutionConfig.defaults());
    trainer.runSaving(new CheckpointFolder(out.resolve("checkpoints"), 2, Map.of()), callback);
  }

  @Test
  void should_train_as_the_readme_shows(@TempDir Path folder) throws IOException {
    List<StepRecord> reports = new ArrayList<>();

    train(numbers(folder), folder.resolve("run"), 20, (step, training) -> reports.add(step));

    assertThat(reports).hasSize(20);
    assertThat(reports.get(19).trainLoss()).isLessThan(reports.get(0).trainLoss());
    assertThat(reports.get(19).evaluated()).isTrue();
    assertThat(CheckpointFolder.latest(folder.resolve("run/checkpoints"))).isPresent();
  }

  /** A text that a small model can learn. */
  static Path numbers(Path folder) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 400; i++) {
      text.append("After ").append(i).append(" comes ").append(i + 1).append(".\n\n");
    }
    return Files.writeString(folder.resolve("numbers.txt"), text);
  }
}
