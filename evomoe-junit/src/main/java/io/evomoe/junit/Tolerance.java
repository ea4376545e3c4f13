package io.evomoe.junit;

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How far a series may be from the recorded one. All bounds are shares of the recorded value (0.03
 * is 3 %), at least 0; {@code Double.POSITIVE_INFINITY} allows anything.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({})
public @interface Tolerance {
  /** Where nothing is said of the values. */
  double DEFAULT_BAND = 0.05;

  /** Where nothing is said of the last value. */
  double DEFAULT_FINAL_VALUE = 0.03;

  /** Where nothing is said of the area. */
  double DEFAULT_AREA = 0.03;

  /** The series; empty, the default, for those without a tolerance of their own. */
  String series() default "";

  /** Of each value. */
  double band() default DEFAULT_BAND;

  /** Of the last value. */
  double finalValue() default DEFAULT_FINAL_VALUE;

  /** Of the area under the curve, by trapezoids; not looked at where there is one value only. */
  double area() default DEFAULT_AREA;
}
