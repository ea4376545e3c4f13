package io.evomoe.bench.study;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.evomoe.internal.files.AtomicFile;
import io.evomoe.run.config.StrictYaml;
import java.nio.file.Path;

/**
 * Where a recorded run comes from.
 *
 * @param revision of the study
 * @param dataSha256 of the names and contents of the data's files
 * @param commit of the code; for people
 * @param kernels that computed it; for people
 * @param machine for people
 */
public record StudyOrigin(
    int revision, String dataSha256, String commit, String kernels, String machine) {
  static StudyOrigin read(Path file) {
    ObjectNode fields = StrictYaml.read(file);
    return StrictYaml.bind(fields, StudyOrigin.class, file.toString());
  }

  void write(Path file) {
    AtomicFile.write(file, StrictYaml.text(this));
  }

  /** Whether what they made may stand for each other. */
  boolean fits(StudyOrigin other) {
    return revision == other.revision && dataSha256.equals(other.dataSha256);
  }
}
