package io.evomoe.models.text.source;

/** The reason why a record cannot be read, without its place. */
public final class BadRecordException extends Exception {
  private static final long serialVersionUID = 1;

  /**
   * Creates the exception.
   *
   * @param fault continues the place of the record, such as {@code has no date}
   */
  public BadRecordException(String fault) {
    super(fault);
  }
}
