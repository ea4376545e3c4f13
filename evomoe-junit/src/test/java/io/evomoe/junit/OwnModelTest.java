package io.evomoe.junit;

import java.util.Random;

/** The page's example: the model of a user who has nothing else of this library. */
class OwnModelTest {

  @ConvergenceTest(curve = "line", tolerances = @Tolerance(band = 0.01, finalValue = 0.01))
  void should_learn_as_ever(CurveRecorder curve) {
    Line model = new Line(1);
    for (int step = 1; step <= 50; step++) {
      curve.record("loss", step, model.step(0.1));
    }
  }

  /** Learns {@code y = 3 x - 1} from noisy examples. */
  private static final class Line {
    private static final int EXAMPLES = 32;

    private final Random random;
    private double slope;
    private double offset;

    Line(long seed) {
      random = new Random(seed);
    }

    /** A step of gradient descent on new examples; their mean squared error before it. */
    double step(double learningRate) {
      double loss = 0;
      double slopeGradient = 0;
      double offsetGradient = 0;
      for (int i = 0; i < EXAMPLES; i++) {
        double x = 2 * random.nextDouble() - 1;
        double y = 3 * x - 1 + 0.1 * random.nextGaussian();
        double error = slope * x + offset - y;
        loss += error * error / EXAMPLES;
        slopeGradient += 2 * error * x / EXAMPLES;
        offsetGradient += 2 * error / EXAMPLES;
      }
      slope -= learningRate * slopeGradient;
      offset -= learningRate * offsetGradient;
      return loss;
    }
  }
}
