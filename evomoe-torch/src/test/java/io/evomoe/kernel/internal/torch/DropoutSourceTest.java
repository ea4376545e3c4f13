package io.evomoe.kernel.internal.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.evomoe.kernel.KernelBase.DropoutMask;
import io.evomoe.random.CounterRandom;
import java.io.File;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The kernel for cards, compiled for the host as it stands, gives the bits of the loop in Java.
 * What differs on a card is who runs it: the arithmetic is of integers, and in double one sum and
 * one product, which IEEE 754 rounds in one way.
 */
class DropoutSourceTest {
  private static final int N = 10_007;

  @TempDir Path folder;

  @BeforeEach
  void requireCompiler() {
    assumeTrue(
        Stream.of(System.getenv("PATH").split(File.pathSeparator))
            .anyMatch(entry -> Files.isExecutable(Path.of(entry, "g++"))),
        "g++ is not installed");
  }

  @ParameterizedTest
  @CsvSource({"0.1, 1", "0.5, -7046029254386353131", "0.9, 9223372036854775807", "0, 42"})
  void should_have_the_bits_of_the_loop_in_java(double rate, long seed) throws Exception {
    Path program = compiled();
    CounterRandom random = new CounterRandom(7);
    DropoutMask mask = new DropoutMask(rate, seed);
    assertThat(run(program, "float", seed, rate, floats(random::gaussian)))
        .isEqualTo(floats(i -> (float) mask.factor(i) * (float) random.gaussian(i)));
    assertThat(run(program, "double", seed, rate, doubles(random::gaussian)))
        .isEqualTo(doubles(i -> mask.factor(i) * random.gaussian(i)));
  }

  private static byte[] floats(IntToDoubleFunction values) {
    ByteBuffer bytes = ByteBuffer.allocate(N * Float.BYTES).order(ByteOrder.nativeOrder());
    IntStream.range(0, N).forEach(i -> bytes.putFloat((float) values.applyAsDouble(i)));
    return bytes.array();
  }

  private static byte[] doubles(IntToDoubleFunction values) {
    ByteBuffer bytes = ByteBuffer.allocate(N * Double.BYTES).order(ByteOrder.nativeOrder());
    IntStream.range(0, N).forEach(i -> bytes.putDouble(values.applyAsDouble(i)));
    return bytes.array();
  }

  private Path compiled() throws Exception {
    Path source = resource("dropout.cu");
    Path program = folder.resolve("dropout");
    List<String> command =
        List.of(
            "g++",
            "-O2",
            "-std=c++17",
            "-DSOURCE=\"" + source + "\"",
            resource("dropout_on_host.cpp").toString(),
            "-o",
            program.toString());
    Process compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(compiler.getInputStream().readAllBytes(), Charset.defaultCharset());
    assertThat(compiler.waitFor()).as(output).isZero();
    return program;
  }

  private Path resource(String name) throws Exception {
    Path copy = folder.resolve(name);
    try (InputStream found = DropoutSourceTest.class.getResourceAsStream(name)) {
      Files.copy(Objects.requireNonNull(found, name), copy);
    }
    return copy;
  }

  private byte[] run(Path program, String type, long seed, double rate, byte[] x) throws Exception {
    Path in = Files.write(folder.resolve("x"), x);
    Path out = folder.resolve("y");
    Process process =
        new ProcessBuilder(
                program.toString(),
                type,
                String.valueOf(N),
                String.valueOf(seed),
                String.valueOf(rate))
            .redirectInput(in.toFile())
            .redirectOutput(out.toFile())
            .start();
    assertThat(process.waitFor()).isZero();
    return Files.readAllBytes(out);
  }
}
