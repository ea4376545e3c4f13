package io.evomoe.training.internal.tensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.evomoe.training.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** 11,000 damaged files: each is refused in one clear sentence, quickly and in little memory. */
class MutatedSafeTensorsTest {
  private static final int FILES_A_KIND = 1000;
  private static final int WARM_UP = 100;
  private static final long MOST_BYTES = 4_000_000;
  private static final ThreadMXBean MEMORY = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @TempDir private Path folder;

  /** Ways to damage a file that no luck makes whole again. */
  enum Damage {
    TRUNCATED {
      @Override
      byte[] of(Parts parts, Random random) {
        byte[] whole = parts.file();
        return Arrays.copyOf(whole, random.nextInt(whole.length));
      }
    },
    TRAILING {
      @Override
      byte[] of(Parts parts, Random random) {
        byte[] whole = parts.file();
        return Arrays.copyOf(whole, whole.length + 1 + random.nextInt(100));
      }
    },
    OVERLAPPING {
      @Override
      byte[] of(Parts parts, Random random) {
        int back = 1 + random.nextInt(16);
        return parts
            .header(parts.header.replace("[24,32]", "[" + (24 - back) + "," + (32 - back) + "]"))
            .file();
      }
    },
    GAP {
      @Override
      byte[] of(Parts parts, Random random) {
        int more = 1 + random.nextInt(64);
        return parts
            .header(parts.header.replace("[24,32]", "[" + (24 + more) + "," + (32 + more) + "]"))
            .data(parts.data + more)
            .file();
      }
    },
    HEADER_LENGTH {
      @Override
      byte[] of(Parts parts, Random random) {
        long wrong = random.nextBoolean() ? random.nextLong() : random.nextInt();
        return parts.file(wrong == parts.header.length() ? -wrong : wrong);
      }
    },
    TYPE {
      @Override
      byte[] of(Parts parts, Random random) {
        String[] wrong = {"F64", "F16", "I8", "F8_E5M2", "f32", "", "FLOAT", "I128", "BOOL"};
        return parts
            .header(parts.header.replace("F32", wrong[random.nextInt(wrong.length)]))
            .file();
      }
    },
    DUPLICATE {
      @Override
      byte[] of(Parts parts, Random random) {
        String name = random.nextBoolean() ? "weight" : "bias";
        String again =
            ",\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}";
        return parts.header(parts.header.replaceAll("}$", again)).file();
      }
    },
    PAST_THE_END {
      @Override
      byte[] of(Parts parts, Random random) {
        long far = 33 + (random.nextLong() >>> (1 + random.nextInt(60)));
        return parts.header(parts.header.replace("32]", Math.max(33, far) + "]")).file();
      }
    },
    SHAPE {
      @Override
      byte[] of(Parts parts, Random random) {
        String[] wrong = {
          "[2,4]",
          "[-2,3]",
          "[]",
          "[2,3.5]",
          "[\"2\",3]",
          "6",
          "null",
          "{}",
          "[4294967296,4294967296]",
          "[9223372036854775807,2]",
          "[1e400]",
          "[" + "9".repeat(50 + random.nextInt(1000)) + "]"
        };
        return parts
            .header(parts.header.replace("[2,3]", wrong[random.nextInt(wrong.length)]))
            .file();
      }
    },
    NESTED {
      @Override
      byte[] of(Parts parts, Random random) {
        String deep = (random.nextBoolean() ? "[" : "{\"a\":").repeat(4 + random.nextInt(20_000));
        return parts.header(parts.header.replace("[2,3]", deep)).file();
      }
    },
    BROKEN_TEXT {
      @Override
      byte[] of(Parts parts, Random random) {
        byte[] whole = parts.file();
        int at = Long.BYTES + random.nextInt(parts.header.length());
        whole[at] = (byte) (random.nextBoolean() ? 0xff : 1 + random.nextInt(8));
        return whole;
      }
    };

    abstract byte[] of(Parts parts, Random random);
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void should_be_refused(Damage damage) throws IOException {
    Random random = new Random(damage.name().hashCode());
    for (int i = 0; i < FILES_A_KIND; i++) {
      byte[] damaged = damage.of(Parts.whole(), random);
      Path file = Files.write(folder.resolve("mutated.safetensors"), damaged);
      if (i < WARM_UP) {
        refused(file, damage + " " + i); // Classes that are loaded are memory as well.
      }
      long before = MEMORY.getCurrentThreadAllocatedBytes();
      refused(file, damage + " " + i);
      assertThat(MEMORY.getCurrentThreadAllocatedBytes() - before)
          .as("bytes allocated for %s %d", damage, i)
          .isLessThan(MOST_BYTES);
    }
  }

  private static void refused(Path file, String which) throws IOException {
    try (SafeTensors tensors = SafeTensors.open(file)) {
      fail("%s was read: %s", which, tensors.names());
    } catch (CheckpointException e) {
      assertThat(e.getMessage()).as(which).startsWith(file.toString()).hasSizeLessThan(2000);
    }
  }

  @Test
  void should_be_read_where_it_is_not_damaged() throws IOException {
    Path file = Files.write(folder.resolve("whole.safetensors"), Parts.whole().file());
    try (SafeTensors tensors = SafeTensors.open(file)) {
      assertThat(tensors.read("weight").shape()).containsExactly(2, 3);
      assertThat(tensors.read("bias").toDoubleVector()).containsExactly(0, 0);
    }
  }

  /**
   * A file in its parts.
   *
   * @param header JSON text
   * @param data bytes behind it
   */
  private record Parts(String header, int data) {
    static Parts whole() {
      return new Parts(
          "{\"__metadata__\":{\"format\":\"pt\"},"
              + "\"weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
              + "\"bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}",
          32);
    }

    Parts header(String other) {
      assertThat(other).isNotEqualTo(header);
      return new Parts(other, data);
    }

    Parts data(int bytes) {
      return new Parts(header, bytes);
    }

    byte[] file() {
      return file(header.getBytes(StandardCharsets.UTF_8).length);
    }

    byte[] file(long headerLength) {
      ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      bytes.writeBytes(length.putLong(headerLength).array());
      bytes.writeBytes(header.getBytes(StandardCharsets.UTF_8));
      bytes.writeBytes(new byte[data]);
      return bytes.toByteArray();
    }
  }
}
