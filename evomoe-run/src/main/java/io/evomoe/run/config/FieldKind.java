package io.evomoe.run.config;

/** What it means that a field of a configuration is not what a checkpoint was made with. */
enum FieldKind {
  /** The checkpoint is of another model, or has learned from other texts. */
  MODEL,
  /** Steps to come, or what is measured, would have other numbers; a resumed run can be told to. */
  RUN,
  /** No number depends on it. */
  FREE
}
