package io.evomoe.run.internal.finetune;

import io.evomoe.internal.files.Fingerprint;
import io.evomoe.internal.files.FolderDigest;
import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.Split;
import io.evomoe.models.text.classes.ClassifiedCorpus;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.RecordKind;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Classified texts, in files or of a program.
 *
 * @param paths files and folders; none if the texts are those of a program
 * @param own texts of a program; null if they are in files
 * @param rule how those without a split of their own are divided
 * @param form format of the files that the classifier is trained or measured on
 */
public record ClassSource(
    List<Path> paths, @Nullable ClassifiedCorpus own, HeldOut rule, DataForm form) {

  /** Keeps the paths unmodifiable, and rejects shares if all of them have a split. */
  public ClassSource {
    paths = List.copyOf(paths);
    if (own == null) {
      rule.requireUse(paths);
    }
  }

  /**
   * Returns all texts in their parts.
   *
   * @param said receives one line for each file or folder with the detected format
   */
  public Split<ClassifiedCorpus> split(Consumer<String> said) {
    return own != null ? own.divide(rule) : ClassifiedCorpus.open(paths, rule, form, said);
  }

  /**
   * Returns one part of all texts.
   *
   * @param name {@code train}, {@code valid} or {@code test}
   * @throws IllegalArgumentException if there is no part of this name
   */
  public ClassifiedCorpus part(String name) {
    return split(note -> {}).part("part", name, paths);
  }

  /**
   * Returns labelled texts to measure on: a part of a folder that has a split of its own, otherwise
   * all texts.
   */
  public static ClassifiedCorpus measured(
      Path path, String part, DataForm form, Consumer<String> said) {
    return ClassifiedCorpus.read(Split.measured(path, part, RecordKind.CLASS, form), said);
  }

  /**
   * Returns an identifier of the texts. Neither a label nor a length contains a line end, so
   * different lists have different texts.
   */
  public String digest() {
    return own == null
        ? FolderDigest.of(paths)
        : Fingerprint.of(
            own.examples().stream()
                .flatMap(text -> Stream.of(text.label(), "" + text.text().length(), text.text()))
                .toArray(String[]::new));
  }
}
