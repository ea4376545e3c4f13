package io.evomoe.models.text.source;

/** The reason why a record cannot be read, without its place. */
final class BadRecordException extends Exception {
  private static final long serialVersionUID = 1;

  BadRecordException(String fault) {
    super(fault);
  }
}
