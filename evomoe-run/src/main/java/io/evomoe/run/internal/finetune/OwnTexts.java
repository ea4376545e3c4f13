package io.evomoe.run.internal.finetune;

import io.evomoe.internal.files.Fingerprint;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.classes.ClassifiedCorpus;
import io.evomoe.models.text.classes.ClassifiedSplit;
import io.evomoe.models.text.source.DataForm;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Texts of a program, which are in no file.
 *
 * @param corpus all of them
 * @param rule how they are divided
 */
public record OwnTexts(ClassifiedCorpus corpus, HeldOut rule) implements TunedTexts {

  @Override
  public ClassifiedSplit split(Consumer<String> said) {
    return ClassifiedSplit.of(corpus, rule);
  }

  /** Returns the format of files that the classifier is measured on. */
  @Override
  public DataForm form() {
    return DataForm.DEFAULT;
  }

  @Override
  public List<Path> paths() {
    return List.of();
  }

  /** Neither a label nor a length contains a line end, so different lists have different texts. */
  @Override
  public String digest() {
    return Fingerprint.of(
        corpus.examples().stream()
            .flatMap(
                example -> Stream.of(example.label(), "" + example.text().length(), example.text()))
            .toArray(String[]::new));
  }
}
