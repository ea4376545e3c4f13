package io.evomoe.models.text.source;

/** Why a record cannot be read, without where it is. */
final class BadRecordException extends Exception {
  private static final long serialVersionUID = 1;

  BadRecordException(String fault) {
    super(fault);
  }
}
