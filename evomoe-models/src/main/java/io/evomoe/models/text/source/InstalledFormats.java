package io.evomoe.models.text.source;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/** All formats, read once. */
final class InstalledFormats {
  static final List<RecordFormat> ALL = all();

  private InstalledFormats() {}

  private static List<RecordFormat> all() {
    List<RecordFormat> all = new ArrayList<>(List.of(FileForm.values()));
    ServiceLoader.load(RecordFormat.class).forEach(all::add);
    return List.copyOf(all);
  }
}
