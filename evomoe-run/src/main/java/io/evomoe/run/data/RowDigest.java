package io.evomoe.run.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The SHA-256 of rows or token ids. Lengths keep different rows with the same text apart. */
final class RowDigest {
  private final MessageDigest digest;

  private RowDigest() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

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
    return HexFormat.of().formatHex(all.digest.digest());
  }

  private void add(int number) {
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, number));
  }

  private void add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    add(bytes.length);
    digest.update(bytes);
  }
}
