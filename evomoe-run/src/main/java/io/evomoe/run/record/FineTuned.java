package io.evomoe.run.record;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.models.metrics.Confusion;
import io.evomoe.models.metrics.Confusion.ClassMeasure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The result of a fine-tuning.
 *
 * @param scores of the majority-class baseline, of the network without pre-training if it was
 *     trained, and of the fine-tuned one, as far as they were measured
 * @param measured the fine-tuned classifier on the test part, or on the validation part if there is
 *     no test part; empty if the fine-tuning was stopped early
 */
public record FineTuned(List<ClassScores> scores, Optional<ClassEvaluation> measured) {

  /** Keeps the scores unmodifiable. */
  public FineTuned {
    scores = List.copyOf(scores);
  }

  /** Whether it was stopped before its end. */
  public boolean isInterrupted() {
    return measured.isEmpty();
  }

  /**
   * Returns the fine-tuned classifier's evaluation, class by class.
   *
   * @throws IllegalStateException if it was stopped before its end
   */
  public ClassEvaluation evaluation() {
    return measured.orElseThrow(
        () ->
            new IllegalStateException(
                "the fine-tuning was stopped before its end, and nothing was measured: call train again"));
  }

  /** The trainings of a fine-tuning, in their order. */
  public enum TunedKind {
    /** From the initial weights of the run. */
    SCRATCH("scratch", "without pre-training"),
    /** From the trained weights of the run. */
    TUNED("finetune", "fine-tuned");

    private final String part;
    private final String title;

    TunedKind(String part, String title) {
      this.part = part;
      this.title = title;
    }

    /**
     * Returns the trainings of a fine-tuning.
     *
     * @param alone whether the baseline without pre-training is left out
     */
    public static List<TunedKind> all(boolean alone) {
      return alone ? List.of(TUNED) : List.of(values());
    }

    /** Returns the folder of the training's steps and checkpoints in that of the fine-tuning. */
    public Path folder(Path finetuning) {
      return this == SCRATCH ? finetuning.resolve(RunFiles.SCRATCH) : finetuning;
    }

    /** Returns the name in curves and log. */
    public String part() {
      return part;
    }

    /** Returns the name in the scores, for the user. */
    public String title() {
      return title;
    }
  }

  /**
   * Scores of a classifier, in 0..1; NaN if there is no test part.
   *
   * @param classifier name of the classifier
   * @param validAccuracy accuracy on the validation texts
   * @param validMacroF1 mean F1 of the classes on the validation texts
   * @param testAccuracy accuracy on the test texts
   * @param testMacroF1 mean F1 of the classes on the test texts
   */
  public record ClassScores(
      String classifier,
      @JsonProperty("valid_accuracy") double validAccuracy,
      @JsonProperty("valid_macro_f1") double validMacroF1,
      @JsonProperty("test_accuracy") double testAccuracy,
      @JsonProperty("test_macro_f1") double testMacroF1) {

    /** Name of the file with the scores in the folder of a fine-tuning. */
    public static final String NAME = "finetune.json";

    /** Writes the scores in the given order; NaN becomes null. */
    public static void write(Path folder, List<ClassScores> scores) {
      AtomicFile.write(folder.resolve(NAME), Json.text(scores));
    }

    /**
     * Reads a file of {@link #write}.
     *
     * @return empty if there is no file
     * @throws IllegalArgumentException if the file has other content
     */
    public static Optional<List<ClassScores>> read(Path folder) {
      Path file = folder.resolve(NAME);
      if (!Files.exists(file)) {
        return Optional.empty();
      }
      String text = Json.content(file.toString(), file);
      return Optional.of(
          List.of(Json.read(text, ClassScores[].class, file + " is not a list of scores")));
    }
  }

  /**
   * A classifier's predictions for texts with known classes.
   *
   * @param texts name of the texts, for the user
   * @param labels the classes, in the order of their numbers in {@code confusion}
   * @param confusion number of texts by true class and predicted class
   */
  public record ClassEvaluation(String texts, List<String> labels, Confusion confusion) {

    /** Keeps the labels unmodifiable. */
    public ClassEvaluation {
      labels = List.copyOf(labels);
    }

    /**
     * Returns precision, recall and F1 of one class.
     *
     * @param label one of {@link #labels}
     * @throws IllegalArgumentException for any other label
     */
    public ClassMeasure of(String label) {
      int number = labels.indexOf(label);
      if (number < 0) {
        throw new IllegalArgumentException(
            "label must be one of the %d classes, was %s".formatted(labels.size(), label));
      }
      return confusion.of(number);
    }

    /** Returns the share of correct predictions, in 0..1. */
    public double accuracy() {
      return confusion.accuracy();
    }

    /** Returns the mean F1 of the classes that occur, in 0..1. */
    public double macroF1() {
      return confusion.macroF1();
    }
  }
}
