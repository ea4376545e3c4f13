package io.evomoe.bench.cli;

/** Standard output takes no more, so that what is still to be computed would be for nobody. */
final class LostOutputException extends RuntimeException {
  private static final long serialVersionUID = 1;
}
