package io.evomoe.gates;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.moe.GateProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Makes a jar with one gate from its source, as a user's build would. */
final class GateJar {
  private GateJar() {}

  /**
   * Compiles a source and packs it with its service entry.
   *
   * @param resource the source, on the class path
   */
  static Path build(Path folder, String className, String resource) throws IOException {
    String simpleName = className.substring(className.lastIndexOf('.') + 1);
    Path source = folder.resolve(simpleName + ".java");
    try (InputStream text = GateJar.class.getClassLoader().getResourceAsStream(resource)) {
      Files.copy(Objects.requireNonNull(text, resource), source);
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    String classPath = System.getProperty("java.class.path");
    int code =
        compiler.run(
            null,
            null,
            null,
            "-proc:none",
            "-d",
            folder.toString(),
            "-cp",
            classPath,
            source.toString());
    assertThat(code).as("javac").isZero();
    String classFile = className.replace('.', '/') + ".class";
    Path jar = folder.resolve("gate.jar");
    try (JarOutputStream entries = new JarOutputStream(Files.newOutputStream(jar))) {
      add(entries, classFile, Files.readAllBytes(folder.resolve(classFile)));
      add(
          entries,
          "META-INF/services/" + GateProvider.class.getName(),
          className.getBytes(StandardCharsets.UTF_8));
    }
    return jar;
  }

  private static void add(JarOutputStream jar, String name, byte[] content) throws IOException {
    jar.putNextEntry(new JarEntry(name));
    jar.write(content);
    jar.closeEntry();
  }
}
