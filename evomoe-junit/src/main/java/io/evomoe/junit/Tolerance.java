package io.evomoe.junit;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The allowed distance of a series from the recorded one. All bounds are shares of the recorded
 * value (0.03 is 3 %), at least 0. {@code Double.POSITIVE_INFINITY} allows any value.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({})
public @interface Tolerance {
  /** Default bound of the values. */
  double DEFAULT_BAND = 0.05;

  /** Default bound of the last value. */
  double DEFAULT_FINAL_VALUE = 0.03;

  /** Default bound of the area. */
  double DEFAULT_AREA = 0.03;

  /** Returns the series. The default is empty: all series without their own tolerance. */
  String series() default "";

  /** Returns the bound of each value. */
  double band() default DEFAULT_BAND;

  /** Returns the bound of the last value. */
  double finalValue() default DEFAULT_FINAL_VALUE;

  /**
   * Returns the bound of the area under the curve, by trapezoids. Ignored if there is only one
   * value.
   */
  double area() default DEFAULT_AREA;
}
