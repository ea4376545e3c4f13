package io.evomoe.spark;

import io.evomoe.internal.files.IoReason;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** The client of a Spark cluster, with our settings. */
final class Cluster {
  private static final Pattern STANDALONE = Pattern.compile("spark://([^/]+)");
  private static final Pattern EXCEPTION =
      Pattern.compile(
          "(?:java\\.\\S+?|org\\.apache\\.spark\\.\\S+?|io\\.evomoe\\.\\S+?)Exception: ");
  private static final int CONNECT_MILLIS = 5000;
  private static final String NAMED_BY_A_MASTER = "app-";
  private static final String LOOPBACK = "127.0.0.1";

  private Cluster() {}

  /**
   * Connects.
   *
   * @param conf settings that override ours
   * @throws IllegalArgumentException if the master cannot be reached, or rejects us
   */
  static JavaSparkContext connect(String master, Map<String, String> conf, String name) {
    requireReachable(master);
    try {
      return registered(master, new JavaSparkContext(conf(master, conf, name)));
    } catch (RuntimeException e) {
      throw new IllegalArgumentException("cannot start on %s: %s".formatted(master, reason(e)), e);
    }
  }

  /** Spark returns a context that is about to stop if a master has not registered it. */
  private static JavaSparkContext registered(String master, JavaSparkContext context) {
    boolean named = context.sc().applicationId().startsWith(NAMED_BY_A_MASTER);
    if (named || !STANDALONE.matcher(master).matches()) {
      return context;
    }
    context.close();
    throw new IllegalArgumentException(
        "it has not answered; where it authenticates, spark.authenticate.secret must be its own");
  }

  /** Spark would try for a minute, and give no reason. */
  private static void requireReachable(String master) {
    Matcher standalone = STANDALONE.matcher(master);
    if (!standalone.matches()) {
      return;
    }
    String reason = "";
    for (String address : standalone.group(1).split(",", -1)) {
      try (Socket socket = new Socket()) {
        socket.connect(address(address), CONNECT_MILLIS);
        return;
      } catch (IOException e) {
        reason = IoReason.of(e);
      }
    }
    throw new IllegalArgumentException("cannot reach the master " + master + ": " + reason);
  }

  private static InetSocketAddress address(String hostAndPort) {
    URI uri = URI.create("spark://" + hostAndPort);
    if (uri.getHost() == null || uri.getPort() < 0) {
      throw new IllegalArgumentException(
          "--spark must be spark://HOST:PORT, yarn, k8s://... or local[N], was " + uri);
    }
    return new InetSocketAddress(uri.getHost(), uri.getPort());
  }

  /** Returns Spark's settings: the requested ones, then ours. */
  static SparkConf conf(String master, Map<String, String> asked, String name) {
    SparkConf conf = new SparkConf().setMaster(master);
    asked.forEach(conf::set);
    if (onThisMachine(master)) {
      // Otherwise the driver and its UI would listen on all of the machine's addresses.
      conf.setIfMissing("spark.driver.host", LOOPBACK);
      conf.setIfMissing("spark.ui.enabled", "false");
    }
    conf.setIfMissing("spark.app.name", name);
    // Weights do not compress, and uncompressed bytes can be counted.
    conf.setIfMissing("spark.shuffle.compress", "false");
    conf.setIfMissing("spark.broadcast.compress", "false");
    conf.setIfMissing("spark.driver.maxResultSize", "0");
    // Differences of earlier rounds stay on the executors' disks until the driver collects garbage.
    conf.setIfMissing("spark.cleaner.periodicGC.interval", "2min");
    // The loss of a process is not the task's fault.
    conf.setIfMissing("spark.task.maxFailures", "16");
    conf.setIfMissing("spark.stage.maxConsecutiveAttempts", "16");
    String threads = conf.get("spark.task.cpus", "1");
    conf.setIfMissing("spark.executorEnv.OMP_NUM_THREADS", threads);
    conf.setIfMissing("spark.executorEnv.GOMP_SPINCOUNT", "1000");
    String overhead = conf.get("spark.executor.memoryOverhead", "");
    if (!overhead.isEmpty()) {
      String bytes = overhead.matches("\\d+") ? overhead + "m" : overhead;
      append(conf, "spark.executor.extraJavaOptions", "-Dorg.bytedeco.javacpp.maxbytes=" + bytes);
      append(conf, "spark.executor.extraJavaOptions", "-Dorg.bytedeco.javacpp.maxphysicalbytes=0");
    }
    append(conf, "spark.executor.extraJavaOptions", "-Dorg.bytedeco.javacpp.logger=slf4j");
    boolean jarsAreThere =
        master.startsWith("local")
            || conf.contains("spark.executor.extraClassPath")
            || conf.contains("spark.jars");
    if (!jarsAreThere) {
      conf.set("spark.jars", ownJars());
    }
    return conf;
  }

  private static boolean onThisMachine(String master) {
    Matcher standalone = STANDALONE.matcher(master);
    return standalone.matches()
        ? Arrays.stream(standalone.group(1).split(",", -1)).allMatch(Cluster::isLoopback)
        : master.matches("local(\\[.*)?");
  }

  private static boolean isLoopback(String address) {
    InetSocketAddress socket = address(address);
    return !socket.isUnresolved() && socket.getAddress().isLoopbackAddress();
  }

  private static void append(SparkConf conf, String key, String option) {
    conf.set(key, (conf.get(key, "") + " " + option).strip());
  }

  /** Our jar and the {@code lib} folder beside it, which the driver sends to executors. */
  private static String ownJars() {
    String classPath = System.getProperty("java.class.path");
    return Arrays.stream(classPath.split(File.pathSeparator))
        .filter(entry -> entry.endsWith("-all.jar"))
        .flatMap(jar -> withLibraries(Path.of(jar)))
        .collect(Collectors.joining(","));
  }

  private static Stream<String> withLibraries(Path jar) {
    Path lib = jar.resolveSibling("lib");
    try (Stream<Path> libraries = Files.isDirectory(lib) ? Files.list(lib) : Stream.empty()) {
      return Stream.concat(Stream.of(jar), libraries.sorted())
          .map(path -> path.toUri().toString())
          .toList()
          .stream();
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot list " + lib + ": " + IoReason.of(e, lib), e);
    }
  }

  /** Returns the first line of a failure, beginning at the last exception that it names. */
  static String reason(Throwable e) {
    String line =
        String.valueOf(e.getMessage()).lines().findFirst().orElse(e.getClass().getSimpleName());
    Matcher named = EXCEPTION.matcher(line);
    int from = 0;
    while (named.find()) {
      from = named.end();
    }
    return line.substring(from);
  }
}
