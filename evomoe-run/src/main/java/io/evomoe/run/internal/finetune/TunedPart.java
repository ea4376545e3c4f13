package io.evomoe.run.internal.finetune;

import io.evomoe.internal.files.FileTree;
import io.evomoe.internal.files.IoReason;
import io.evomoe.run.record.TunedKind;
import io.evomoe.training.CheckpointWriter;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.checkpoint.Checkpoint;
import io.evomoe.training.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * One training of a fine-tuning, and its progress.
 *
 * @param kind which one
 * @param checkpoints folder of its checkpoints
 * @param notes in every checkpoint
 * @param saved checkpoint to continue from, if there is one
 * @param earlier its steps up to there
 */
public record TunedPart(
    TunedKind kind,
    Path checkpoints,
    Map<String, String> notes,
    Optional<Checkpoint> saved,
    RecordedRun earlier) {

  /**
   * Returns the writer of checkpoints; checkpoints of a training that cannot be continued are
   * deleted.
   */
  CheckpointWriter writer() {
    if (saved.isEmpty()) {
      deleteCheckpoints(checkpoints);
    }
    return new CheckpointFolder(checkpoints, 1, notes);
  }

  static void deleteCheckpoints(Path checkpoints) {
    try {
      FileTree.delete(checkpoints);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot delete " + checkpoints + ": " + IoReason.of(e, checkpoints), e);
    }
  }
}
