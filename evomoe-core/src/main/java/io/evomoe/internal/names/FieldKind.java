package io.evomoe.internal.names;

/** The effect of a field whose value differs from the checkpoint's. */
public enum FieldKind {
  /** The checkpoint belongs to another model, or was trained on other texts. */
  MODEL,
  /**
   * Later steps or measurements give other numbers; a resumed run may change the field on request.
   */
  RUN,
  /** No number depends on it. */
  FREE
}
