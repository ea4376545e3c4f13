package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.moe.GateContract;
import io.evomoe.moe.GateProvider;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
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
    Path jar = jar("RootGate");
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
    return GateProvider.named("root");
  }

  @Test
  void should_appear_beside_the_gates_that_ship() {
    assertThat(GateProvider.installed())
        .extracting(GateProvider::name)
        .contains("evomoe", "switch", "root");
    Thread.currentThread().setContextClassLoader(WITHOUT);
    assertThat(GateProvider.installed())
        .extracting(GateProvider::name)
        .contains("evomoe")
        .doesNotContain("root");
    Thread.currentThread().setContextClassLoader(withJar);
  }

  /** Compiles a gate and packs it with its service entry, as a user's build would. */
  private static Path jar(String simpleName) throws IOException {
    String name = "org/example/" + simpleName;
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-d",
                folder.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "../examples/src/main/java/org/example/" + simpleName + ".java");
    assertThat(code).as("javac").isZero();
    Path jar = folder.resolve("gate.jar");
    try (JarOutputStream entries = new JarOutputStream(Files.newOutputStream(jar))) {
      add(entries, name + ".class", Files.readAllBytes(folder.resolve(name + ".class")));
      add(
          entries,
          "META-INF/services/" + GateProvider.class.getName(),
          name.replace('/', '.').getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }

  private static void add(JarOutputStream jar, String name, byte[] content) throws IOException {
    jar.putNextEntry(new JarEntry(name));
    jar.write(content);
    jar.closeEntry();
  }
}
