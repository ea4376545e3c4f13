package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.moe.GateContract;
import io.evomoe.moe.GateProvider;
import io.evomoe.moe.GateRegistry;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gate of a user's own, in a jar of its own, obeys the laws like any other. */
class OwnGateTest extends GateContract {
  @TempDir static Path folder;

  private static final ClassLoader WITHOUT = Thread.currentThread().getContextClassLoader();
  private static URLClassLoader withJar;

  @BeforeAll
  static void should_compile_into_a_jar() throws IOException {
    Path jar = GateJar.build(folder, "org.example.ThresholdGate", "own-gate/ThresholdGate.java");
    withJar = new URLClassLoader(new URL[] {jar.toUri().toURL()}, WITHOUT);
    Thread.currentThread().setContextClassLoader(withJar);
  }

  @AfterAll
  static void close() throws IOException {
    Thread.currentThread().setContextClassLoader(WITHOUT);
    withJar.close();
  }

  @Override
  protected GateProvider provider() {
    return GateRegistry.installed().provider("threshold");
  }

  @Override
  protected double auxLossAtBalance(int experts, int moeLayers) {
    return 0;
  }

  @Override
  protected double auxLossAtCollapse(int experts, int moeLayers) {
    return 0;
  }

  @Test
  void should_appear_beside_the_gates_that_ship() {
    assertThat(GateRegistry.installed().names()).contains("evomoe", "switch", "threshold");
    Thread.currentThread().setContextClassLoader(WITHOUT);
    assertThat(GateRegistry.installed().names()).contains("evomoe").doesNotContain("threshold");
    Thread.currentThread().setContextClassLoader(withJar);
  }
}
