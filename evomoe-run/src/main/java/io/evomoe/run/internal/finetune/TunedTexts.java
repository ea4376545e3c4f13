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
   * All texts, on their sides.
   *
   * @param said told, a line a file or folder, what it was taken for
   */
  ClassifiedSplit split(Consumer<String> said);

  /** How those are divided that have no split of their own. */
  HeldOut rule();

  /** How files are read. */
  DataForm form();

  /** Files and folders; none where the texts are in memory alone. */
  List<Path> paths();

  /** Tells the texts from any others. */
  String digest();
}
