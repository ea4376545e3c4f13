package io.evomoe.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Reads arrays that NumPy wrote: {@code .npy} format versions 1 and 2, C order, little-endian
 * {@code f8}, {@code f4}, {@code i8} or {@code i4} (NumPy Enhancement Proposal 1).
 *
 * <p>Not ND4J's own reader, which keeps the file's type and needs a file rather than a resource.
 */
public final class Npy {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern HEADER =
      Pattern.compile(
          "'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \\(([0-9, ]*)\\)");

  private final double[] values;
  private final long[] shape;

  private Npy(double[] values, long[] shape) {
    this.values = values;
    this.shape = shape;
  }

  /**
   * The array in a class path resource, as a double array of the file's shape.
   *
   * @param resource absolute name without the first slash, such as {@code reference/gelu/x.npy}
   * @throws IllegalArgumentException if there is no such resource, or it is not such a file
   */
  public static INDArray read(String resource) {
    Npy array = load(resource);
    INDArray vector = Nd4j.createFromArray(array.values);
    return array.shape.length == 0 ? Nd4j.scalar(array.values[0]) : vector.reshape(array.shape);
  }

  /**
   * The integers in a class path resource, flat in C order: token ids and targets.
   *
   * @throws IllegalArgumentException as {@link #read}, or if a value is not an int
   */
  public static int[] readInts(String resource) {
    double[] values = load(resource).values;
    int[] ints = new int[values.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = (int) values[i];
      if (ints[i] != values[i]) {
        throw new IllegalArgumentException(
            resource + " must hold ints, value " + i + " was " + values[i]);
      }
    }
    return ints;
  }

  private static Npy load(String resource) {
    try (InputStream in = Npy.class.getResourceAsStream("/" + resource)) {
      if (in == null) {
        throw new IllegalArgumentException("no resource " + resource + " on the class path");
      }
      return parse(in.readAllBytes(), resource);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + resource, e);
    }
  }

  private static Npy parse(byte[] file, String name) {
    if (file.length < 12 || !Arrays.equals(Arrays.copyOf(file, MAGIC.length), MAGIC)) {
      throw new IllegalArgumentException(name + " is not an .npy file");
    }
    ByteBuffer data = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).position(MAGIC.length);
    int version = data.getShort() & 0xFF;
    if (version != 1 && version != 2) {
      throw new IllegalArgumentException(name + " must have version 1 or 2, was " + version);
    }
    byte[] header = new byte[version == 1 ? data.getShort() & 0xFFFF : data.getInt()];
    data.get(header);
    return parse(new String(header, StandardCharsets.US_ASCII), data, name);
  }

  private static Npy parse(String header, ByteBuffer data, String name) {
    Matcher fields = HEADER.matcher(header);
    if (!fields.find() || fields.group(2).equals("True")) {
      throw new IllegalArgumentException(name + " must be in C order, its header was " + header);
    }
    long[] shape =
        Pattern.compile("\\d+")
            .matcher(fields.group(3))
            .results()
            .mapToLong(extent -> Long.parseLong(extent.group()))
            .toArray();
    ToDoubleFunction<ByteBuffer> element = element(fields.group(1), name);
    double[] values = new double[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
    Arrays.setAll(values, i -> element.applyAsDouble(data));
    return new Npy(values, shape);
  }

  private static ToDoubleFunction<ByteBuffer> element(String type, String name) {
    return switch (type) {
      case "<f8" -> ByteBuffer::getDouble;
      case "<f4" -> ByteBuffer::getFloat;
      case "<i8" -> ByteBuffer::getLong;
      case "<i4" -> ByteBuffer::getInt;
      default ->
          throw new IllegalArgumentException(
              name + " must hold <f8, <f4, <i8 or <i4, held " + type);
    };
  }
}
