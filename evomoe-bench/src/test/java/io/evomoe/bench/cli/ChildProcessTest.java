package io.evomoe.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.evomoe.bench.cli.console.ChildProcess;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
  @TempDir Path folder;

  @Test
  void should_have_the_options_of_the_launcher_below_its_own_properties() throws Exception {
    Path log = folder.resolve("log");
    Process child =
        ChildProcess.start(
            List.of("doctor"),
            log,
            Map.of("evomoe.kernels", "nd4j"),
            Map.of("EVOMOE_JAVA_OPTS", " -showversion  -Devomoe.kernels=unknown "));

    child.waitFor();
    assertThat(log).content().contains("Runtime Environment", "nd4j on cpu");
  }

  @Test
  void should_move_the_jars_to_the_front_for_an_archive_of_classes_alone() throws Exception {
    Path classes = Files.createDirectory(folder.resolve("classes"));
    Path jar = Files.createFile(folder.resolve("a.jar"));
    String before = System.getProperty("java.class.path");
    String archive = " -Xlog:cds=off -XX:SharedArchiveFile=" + folder.resolve("none.jsa");
    try {
      System.setProperty(
          "java.class.path", String.join(File.pathSeparator, "" + classes, "" + jar, before));
      assertThat(firstOfClassPath("")).isEqualTo(classes.toString());
      assertThat(firstOfClassPath(archive)).isEqualTo(jar.toString());
    } finally {
      System.setProperty("java.class.path", before);
    }
  }

  private String firstOfClassPath(String options) throws Exception {
    Path log = folder.resolve("log");
    Map<String, String> environment =
        Map.of("EVOMOE_JAVA_OPTS", "-XshowSettings:properties" + options);
    ChildProcess.start(List.of("--version"), log, Map.of(), environment).waitFor();
    String name = "java.class.path = ";
    return Files.readAllLines(log).stream()
        .filter(line -> line.contains(name))
        .map(line -> line.substring(line.indexOf(name) + name.length()))
        .findFirst()
        .orElseThrow();
  }
}
