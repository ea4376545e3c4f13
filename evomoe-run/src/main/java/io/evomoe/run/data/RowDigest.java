package io.evomoe.run.data;

import io.evomoe.internal.files.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The SHA-256 of rows or token ids. Lengths keep different rows with the same text apart. */
final class RowDigest {
  private final Sha256 digest = new Sha256();

  private RowDigest() {}

  static String of(Dataset data) {
    RowDigest all = new RowDigest();
    data.tokens()
        .ifPresentOrElse(
            ids -> ids.forEachOrdered(all::add),
            () ->
                data.read(
                    row -> {
                      all.add(row.size());
                      row.forEach(all::add);
                    }));
    return all.digest.hex();
  }

  private void add(int number) {
    digest.add(ByteBuffer.allocate(Integer.BYTES).putInt(0, number).array());
  }

  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    add(bytes.length);
    digest.add(bytes);
  }
}
