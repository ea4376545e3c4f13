package io.evomoe.run.internal.task;

import io.evomoe.models.text.Documents;
import io.evomoe.models.text.source.DocumentReader;
import io.evomoe.run.data.Dataset;

/** The rows of a dataset as documents; blank ones are left out. */
record RowDocuments(Dataset data) implements Documents {
  @Override
  public String name() {
    return data.name();
  }

  @Override
  public void read(DocumentReader reader) {
    data.read(
        row -> {
          if (row.size() != 1) {
            throw new IllegalArgumentException(
                "a row of %s must be one text, has %d values".formatted(name(), row.size()));
          }
          String text = row.get(0);
          if (!text.isBlank()) {
            reader.part(text);
            reader.end();
          }
        });
  }
}
