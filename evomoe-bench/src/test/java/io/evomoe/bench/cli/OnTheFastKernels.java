package io.evomoe.bench.cli;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.evomoe.kernel.KernelSelection;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Campaigns of many processes, and what the launcher starts, run once: what happens between
 * processes does not depend on kernels.
 */
final class OnTheFastKernels implements BeforeEachCallback {
  @Override
  public void beforeEach(ExtensionContext context) {
    assumeFalse(
        KernelSelection.forType(DataType.FLOAT).name().equals("nd4j"),
        "on the portable kernels, which change nothing between processes");
  }
}
