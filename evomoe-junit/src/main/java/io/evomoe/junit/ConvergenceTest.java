package io.evomoe.junit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test method that trains a model and whose curve must follow a recorded one. The method takes a
 * {@link CurveRecorder} and passes it to a trainer as a listener, or fills it itself. After the
 * method has returned, the curve is compared with {@code folder/curve.csv}. If it differs, the test
 * fails and names the first and the worst points. It draws both curves into {@code
 * pictures/curve.svg} and attaches the picture to the test report, whether it passed or failed.
 *
 * <pre>
 * {@literal @}ConvergenceTest(tolerances = {@literal @}Tolerance(band = 0.03, finalValue = 0.01))
 * void should_train_as_ever(CurveRecorder curve) {
 *   trainer.run(curve);
 * }
 * </pre>
 *
 * <p>To record a first or changed curve, set the configuration parameter or system property {@code
 * evomoe.record} to {@code true}. The curve is then written to the folder instead of compared.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@TestTemplate
@ExtendWith(ConvergenceExtension.class)
public @interface ConvergenceTest {

  /**
   * Returns the file name without extension; {@code {variant}} stands for the variant. The default
   * is class and method, and the variant if there is one.
   */
  String curve() default "";

  /**
   * Returns the name of a static method of the test class without parameters. It returns a {@code
   * Stream} of texts. Each text is a test with its own curve; the test method may take it as a
   * {@code String}. The default is empty: one test.
   */
  String variants() default "";

  /** Returns the bounds. The default is those of {@link Tolerance}. */
  Tolerance[] tolerances() default {};

  /** Returns n to keep every n-th step that a trainer reports; at least 1. */
  int every() default 1;

  /** Returns the folder of the recorded curves, relative to the working directory. */
  String folder() default "src/test/resources/curves";

  /** Returns the folder of the pictures, relative to the working directory. */
  String pictures() default "target/convergence";
}
