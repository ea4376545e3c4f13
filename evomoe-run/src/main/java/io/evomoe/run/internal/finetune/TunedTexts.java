package io.evomoe.run.internal.finetune;

import io.evomoe.models.text.HeldOut;
import io.evomoe.models.text.classes.ClassifiedSplit;
import io.evomoe.models.text.source.DataForm;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The classified texts of a fine-tuning. */
public interface TunedTexts {
  /**
   * Returns all texts in their parts.
   *
   * @param said receives one line for each file or folder with the detected format
   */
  ClassifiedSplit split(Consumer<String> said);

  /** Returns the rule that divides texts without a split of their own. */
  HeldOut rule();

  /** Returns the format of the files. */
  DataForm form();

  /** Returns files and folders; none if the texts are only in memory. */
  List<Path> paths();

  /** Returns an identifier of the texts. */
  String digest();
}
