package io.evomoe.run.finetune;

import io.evomoe.models.text.classes.ClassifiedCorpus;
import io.evomoe.models.text.classes.ClassifiedText;
import java.util.List;
import java.util.stream.IntStream;

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
  static ClassifiedCorpus corpus(List<LabelledText> texts) {
    return new ClassifiedCorpus(
        "texts of the program",
        IntStream.range(0, texts.size())
            .mapToObj(i -> new ClassifiedText(texts.get(i).label, texts.get(i).text, i + 1))
            .toList());
  }
}
