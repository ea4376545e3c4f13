package io.evomoe.training;

import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * Treats an interrupt of the thread as a request to stop. The flag is cleared until the end,
 * because files written by an interrupted thread are closed.
 */
final class Interrupts {
  private final Training training;
  private boolean interrupted;

  Interrupts(Training training) {
    this.training = training;
  }

  void heed() {
    if (Thread.interrupted()) {
      interrupted = true;
      training.requestStop();
    }
  }

  /** Writes a checkpoint, and writes it again if an interrupt prevented it. */
  Path write(CheckpointWriter checkpoints, TrainingState state) {
    heed();
    try {
      return checkpoints.write(state);
    } catch (UncheckedIOException e) {
      if (!Thread.currentThread().isInterrupted()) {
        throw e;
      }
      heed();
      return checkpoints.write(state);
    }
  }

  void restore() {
    if (interrupted) {
      interrupted = false;
      Thread.currentThread().interrupt();
    }
  }
}
