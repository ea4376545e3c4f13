package io.evomoe.files;

import java.nio.file.Path;

/** Somebody else writes to a folder. The message says who. */
public final class FolderInUseException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  FolderInUseException(Path folder, String holder) {
    super(
        "%s is being written by %s: wait until that is over, or name another folder"
            .formatted(folder, holder));
  }
}
