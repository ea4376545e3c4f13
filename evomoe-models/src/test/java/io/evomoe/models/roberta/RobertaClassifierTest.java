package io.evomoe.models.roberta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.evomoe.evolution.SpawnMethod;
import io.evomoe.kernel.KernelSelection;
import io.evomoe.kernel.Kernels;
import io.evomoe.models.stack.LanguageModelConfig;
import io.evomoe.models.text.ClassBatch;
import io.evomoe.moe.Gates;
import io.evomoe.nn.Parameter;
import io.evomoe.nn.Scope;
import io.evomoe.step.StepContext;
import io.evomoe.training.CheckpointException;
import io.evomoe.training.Loss;
import io.evomoe.training.TrainingState;
import io.evomoe.training.TrainingState.Progress;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import io.evomoe.training.optimizer.AdamW;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;

class RobertaClassifierTest {
  private static final StepContext EVALUATION = SmallRoberta.evaluation();
  private static final Kernels KERNELS = KernelSelection.forType(DataType.DOUBLE);

  @TempDir private Path directory;

  @Test
  void should_share_the_encoder_but_not_the_head_of_the_masked_tokens() {
    Roberta pretrained = spawned(1);
    RobertaClassifier classifier = new RobertaClassifier(pretrained, 3);

    assertThat(classifier.parameters())
        .filteredOn(pretrained.parameters()::contains)
        .hasSize(pretrained.parameters().size() - 5)
        .extracting(Parameter::name)
        .noneMatch(name -> name.startsWith("head."));
    assertThat(classifier.parameters())
        .filteredOn(parameter -> !pretrained.parameters().contains(parameter))
        .extracting(Parameter::name)
        .containsExactly(
            "classifier.dense.weight",
            "classifier.dense.bias",
            "classifier.output.weight",
            "classifier.output.bias");
  }

  @Test
  void should_classify_like_the_encoder_whose_checkpoint_was_loaded() {
    Roberta trained = spawned(1);
    Checkpoint saved = Checkpoint.open(save(trained));
    Roberta loaded = spawned(2);
    RobertaClassifier classifier = new RobertaClassifier(loaded, 3);
    RobertaClassifier expected = new RobertaClassifier(trained, 3);
    copyHead(expected, classifier);
    assertThat(logits(classifier)).isNotEqualTo(logits(expected));
    saved.loadModel(loaded);

    assertThat(logits(classifier)).isEqualTo(logits(expected));
  }

  @Test
  void should_refuse_a_checkpoint_of_another_vocabulary() {
    Checkpoint saved = Checkpoint.open(save(spawned(1)));
    LanguageModelConfig larger =
        new LanguageModelConfig(12, SmallRoberta.POSITIONS, SmallRoberta.config(0).stack());
    Roberta other = model(larger, 1);

    assertThatThrownBy(() -> saved.loadModel(other))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tensor tokens.weight is DOUBLE[11, 6], wanted DOUBLE[12, 6]");
  }

  @Test
  void should_name_the_class_of_the_highest_logit() {
    RobertaClassifier classifier = new RobertaClassifier(spawned(1), 3);
    double[][] logits = logits(classifier);
    int[] classes = classifier.classify(SmallRoberta.SENTENCES, EVALUATION);

    assertThat(classes).hasSize(2);
    for (int i = 0; i < classes.length; i++) {
      for (double logit : logits[i]) {
        assertThat(logits[i][classes[i]]).isGreaterThanOrEqualTo(logit);
      }
    }
  }

  @Test
  void should_count_what_takes_part_in_a_sequence() {
    RobertaClassifier classifier = new RobertaClassifier(spawned(1), 3);
    double head = 6 * 6 + 6 + 3 * 6 + 3;
    double tables = (SmallRoberta.VOCABULARY + SmallRoberta.POSITIONS) * SmallRoberta.WIDTH;
    double all = classifier.parameters().stream().mapToLong(Parameter::length).sum();
    Loss loss = classifier.loss(batch(2, 0), EVALUATION);
    double active = loss.reports().get(0).meanActiveExperts();

    assertThat(classifier.activeParameters(SmallRoberta.EXPERTS)).isEqualTo(all - tables);
    assertThat(loss.targets()).isEqualTo(2);
    assertThat(loss.tokens()).isEqualTo(8);
    assertThat(loss.flops())
        .isEqualTo(6 * (8 * (classifier.activeParameters(active) - head) + 2 * head));
  }

  @Test
  void should_refuse_labels_that_are_no_class_and_a_single_class() {
    RobertaClassifier classifier = new RobertaClassifier(spawned(1), 3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> classifier.loss(batch(0, 3), EVALUATION))
        .withMessage("label must be below 3 (classes), was 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RobertaClassifier(spawned(1), 1))
        .withMessage("classes must be at least 2, was 1");
  }

  private Path save(Roberta model) {
    AdamW optimizer = new AdamW(KERNELS, new AdamW.Config(0.9, 0.98, 1e-8, 0.01));
    Progress progress = new Progress(7, 0, 0, true, 0);
    TrainingState state = new TrainingState(progress, SmallRoberta.training(1), model, optimizer);
    return new CheckpointFolder(directory, 1, Map.of()).write(state);
  }

  /** The heads' draws follow the seed as well. */
  private static void copyHead(RobertaClassifier from, RobertaClassifier to) {
    for (int i = 0; i < from.parameters().size(); i++) {
      Parameter parameter = from.parameters().get(i);
      if (parameter.name().startsWith("classifier.")) {
        to.parameters().get(i).value().assign(parameter.value());
      }
    }
  }

  private static double[][] logits(RobertaClassifier classifier) {
    return classifier.logits(SmallRoberta.SENTENCES, EVALUATION).toDoubleMatrix();
  }

  private static ClassBatch batch(int... labels) {
    return new ClassBatch(SmallRoberta.SENTENCES, labels);
  }

  private static Roberta spawned(long seed) {
    return model(SmallRoberta.config(0), seed);
  }

  private static Roberta model(LanguageModelConfig config, long seed) {
    Roberta model = new Roberta(config, Gates.of(SmallRoberta.EVOMOE), Scope.root(seed, KERNELS));
    model.spawn(SpawnMethod.mask(0.3), seed);
    return model;
  }
}
