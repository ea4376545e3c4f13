package io.evomoe.run.finetune;

import io.evomoe.models.text.RowCorpus;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.run.data.Dataset;
import io.evomoe.run.internal.task.Corpora;
import java.util.List;

/**
 * A text with a known class. Surrounding white space is ignored, and line ends in the text become
 * {@code \n}, as in files.
 *
 * @param label name of the class: not blank, on one line, without TABs
 * @param text not blank
 */
public record LabelledText(String label, String text) {

  /** Rejects a label or a text that no file could contain. */
  public LabelledText {
    label = label.strip();
    text = plain(text);
    if (label.isEmpty() || label.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "label must be on one line, not blank and without TABs, was '%s'"
              .formatted(label.replaceAll("\\p{Cntrl}", "?")));
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException("text must not be blank, was blank for label " + label);
    }
  }

  /** Returns a text in the form that files give. */
  static String plain(String text) {
    return text.replace("\r\n", "\n").replace('\r', '\n').strip();
  }

  /** Returns at least one text, in the form of a file with one text per line. */
  static RowCorpus corpus(List<LabelledText> texts) {
    return Corpora.read(RecordKind.CLASS, dataset(texts));
  }

  /** Returns texts as rows. */
  static Dataset dataset(List<LabelledText> texts) {
    return Dataset.rows(
        "texts of the program", () -> texts.stream().map(text -> List.of(text.label, text.text)));
  }
}
