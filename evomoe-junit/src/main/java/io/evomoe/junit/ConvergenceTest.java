package io.evomoe.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test method that trains something and whose curve must follow a recorded one. The method takes
 * a {@link CurveRecorder}, which it gives to a trainer as a listener or fills itself; after it has
 * returned, the curve is compared with {@code folder/curve.csv}. Where it differs, the test fails,
 * names the first and the worst points, and draws both curves into {@code pictures/curve.svg}. The
 * same picture is attached to the test's report, passed or failed.
 *
 * <pre>
 * {@literal @}ConvergenceTest(tolerances = {@literal @}Tolerance(band = 0.03, finalValue = 0.01))
 * void should_train_as_ever(CurveRecorder curve) {
 *   trainer.run(curve);
 * }
 * </pre>
 *
 * <p>With the configuration parameter or system property {@code evomoe.record} set to {@code true}
 * the curve is written to the folder instead of compared, for a first time or a wanted change.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@TestTemplate
@ExtendWith(ConvergenceExtension.class)
public @interface ConvergenceTest {

  /**
   * File name without ending; {@code {variant}} stands for the variant. By default class and
   * method, and the variant where there is one.
   */
  String curve() default "";

  /**
   * A static method of the test class without parameters that gives a {@code Stream} or {@code
   * Iterable} of texts, each of which is a test of its own with a curve of its own; the test method
   * may take it as a {@code String}. Empty, the default, for one test.
   */
  String variants() default "";

  /** Bounds; by default those of {@link Tolerance}. */
  Tolerance[] tolerances() default {};

  /** Of the steps that a trainer reports, only each so many-th is kept; at least 1. */
  int every() default 1;

  /** Where recorded curves are, from the working directory. */
  String folder() default "src/test/resources/curves";

  /** Where pictures go, from the working directory. */
  String pictures() default "target/convergence";
}
