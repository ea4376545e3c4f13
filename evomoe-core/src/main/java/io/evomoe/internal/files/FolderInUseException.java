package io.evomoe.internal.files;

import java.nio.file.Path;

/** Thrown if another process or thread writes to a folder. The message names it. */
public final class FolderInUseException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String holder;

  FolderInUseException(Path folder, String holder) {
    super(
        "%s is being written by %s: wait until that is over, or name another folder"
            .formatted(folder, holder));
    this.holder = holder;
  }

  /** Returns the exception for the folder that a user named, if another one was locked for it. */
  public FolderInUseException of(Path named) {
    return new FolderInUseException(named, holder);
  }
}
