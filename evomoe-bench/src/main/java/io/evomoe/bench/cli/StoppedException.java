package io.evomoe.bench.cli;

/** The process is ending after a signal, and has said so. */
final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1;
}
