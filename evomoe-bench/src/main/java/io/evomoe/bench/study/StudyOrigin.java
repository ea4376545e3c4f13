package io.evomoe.bench.study;

import io.evomoe.run.config.StrictYaml;

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
  static StudyOrigin parse(String text, String source) {
    return StrictYaml.bind(StrictYaml.parse(text, source), StudyOrigin.class, source);
  }

  /** Whether what they made may stand for each other. */
  boolean fits(StudyOrigin other) {
    return revision == other.revision && dataSha256.equals(other.dataSha256);
  }
}
