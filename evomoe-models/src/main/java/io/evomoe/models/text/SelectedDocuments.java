package io.evomoe.models.text;

import io.evomoe.models.text.source.DocumentReader;
import java.util.BitSet;

/**
 * A selection of documents.
 *
 * @param name for messages
 * @param all all documents
 * @param whole indices of documents taken whole
 * @param cut indices of documents of which a part is taken; all have the same length
 * @param from begin of the part, in chars
 * @param to end of the part
 * @param length of the selection, in chars
 */
record SelectedDocuments(
    String name, Documents all, BitSet whole, BitSet cut, int from, int to, long length)
    implements Documents {

  /** Rejects an empty selection. */
  SelectedDocuments {
    if (whole.isEmpty() && cut.isEmpty()) {
      throw new IllegalArgumentException(name + " must hold text, had none");
    }
  }

  @Override
  public int count() {
    return whole.cardinality() + cut.cardinality();
  }

  @Override
  public void read(DocumentReader reader) {
    all.read(new Selection(reader));
  }

  private final class Selection implements DocumentReader {
    private final DocumentReader reader;
    private int document;
    private int place;

    private Selection(DocumentReader reader) {
      this.reader = reader;
    }

    @Override
    public void part(String text) {
      if (whole.get(document)) {
        reader.part(text);
      } else if (cut.get(document)) {
        int begin = Math.max(from - place, 0);
        int end = Math.min(to - place, text.length());
        if (begin < end) {
          reader.part(text.substring(begin, end));
        }
        place += text.length();
      }
    }

    @Override
    public void end() {
      if (whole.get(document) || cut.get(document)) {
        reader.end();
      }
      document++;
      place = 0;
    }
  }
}
