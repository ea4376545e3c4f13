package io.evomoe.bench.example;

import io.evomoe.junit.ConvergenceTest;
import io.evomoe.junit.CurveRecorder;
import io.evomoe.junit.Tolerance;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The README's example of a training curve as a test, of the README's example of the library. */
class ConvergenceExampleTest {

  @ConvergenceTest(curve = "numbers", tolerances = @Tolerance(band = 0.03, finalValue = 0.02))
  void should_train_as_ever(CurveRecorder curve, @TempDir Path folder) throws IOException {
    Path text = LibraryExampleTest.numbers(folder);
    LibraryExampleTest.train(text, folder.resolve("run"), 20, curve);
  }
}
