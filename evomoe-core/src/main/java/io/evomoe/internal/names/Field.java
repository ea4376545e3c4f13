package io.evomoe.internal.names;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A field of a configuration: the only place for its documentation, default, bounds and effect on a
 * resumed run. {@link Fields} checks the bounds and makes the defaults. The reference page and the
 * JSON schema are generated from it.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.RECORD_COMPONENT, ElementType.METHOD, ElementType.PARAMETER})
public @interface Field {
  /** Returns the meaning, without the bounds. Code is in backticks. */
  String doc();

  /**
   * Returns the default as YAML; none if the field must be given, or is empty by default because
   * its type allows it.
   */
  String initial() default "";

  /** Returns the smallest value. */
  double min() default Double.NEGATIVE_INFINITY;

  /** Returns the bound that a value must be above. */
  double above() default Double.NEGATIVE_INFINITY;

  /** Returns the largest value; NaN for none. */
  double max() default Double.NaN;

  /** Returns the bound that a value must be below. */
  double below() default Double.POSITIVE_INFINITY;

  /** Whether infinity is allowed. */
  boolean infinite() default false;

  /** Returns the effect on a resumed run. */
  Kind kind() default Kind.MODEL;

  /** The effect of a field whose value differs from the checkpoint's. */
  public enum Kind {
    /** The checkpoint belongs to another model, or was trained on other texts. */
    MODEL,
    /**
     * Later steps or measurements give other numbers; a resumed run may change the field on
     * request.
     */
    RUN,
    /** No number depends on it. */
    FREE
  }
}
