package io.evomoe.models.text;

import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.DocumentReader;
import io.evomoe.models.text.source.RecordKind;
import io.evomoe.models.text.source.SplitFolder;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Documents to train on and documents held out from training, as in a {@link TextSplit}, but read
 * when they are asked for.
 *
 * @param train to train on, the tokenizer included
 * @param valid held out
 * @param test held out for a last measurement, where there is such a part
 */
public record TextSides(Documents train, Documents valid, Optional<Documents> test) {

  /** The sides of a split. */
  public static TextSides of(TextSplit split) {
    return new TextSides(split.train(), split.valid(), split.test().map(side -> side));
  }

  /** The same as {@link #open(Path, HeldOut, DataForm, Consumer)}, in the usual form. */
  public static TextSides open(Path path, HeldOut heldOut) {
    return open(path, heldOut, DataForm.DEFAULT, note -> {});
  }

  /**
   * Opens a file or a folder, of which a part is held out, or a folder that has a split of its own
   * ({@link SplitFolder}). All is read from its beginning for each thing that is asked of it. In
   * memory are some bytes a document, and of a document that is cut 32 million characters.
   *
   * @param form how files are read
   * @param said told, a line a file or folder, what it was taken for
   * @throws IllegalArgumentException when there is no such text, in one sentence that names the
   *     path; also when a folder that has its split is given with anything but a default
   */
  public static TextSides open(Path path, HeldOut heldOut, DataForm form, Consumer<String> said) {
    if (!SplitFolder.isOne(path)) {
      DataSource source = DataSource.of(path, RecordKind.DOCUMENT, form);
      DocumentIndex index = new DocumentIndex();
      return DocumentSplit.of(SourceDocuments.open(source, said, index), index, heldOut);
    }
    heldOut.requireUnasked(path);
    SplitFolder folder = SplitFolder.of(path, RecordKind.DOCUMENT);
    return new TextSides(
        whole(folder.require("train"), form, said),
        whole(folder.require("valid"), form, said),
        folder.find("test").map(file -> whole(file, form, said)));
  }

  /** All documents of a file, or of the files of a folder. */
  public static Documents whole(Path path, DataForm form, Consumer<String> said) {
    return SourceDocuments.open(DataSource.of(path, RecordKind.DOCUMENT, form), said);
  }

  /** The documents of both, this one's first, each on the side it was on. */
  public TextSides join(TextSides other) {
    Optional<Documents> both =
        test.flatMap(mine -> other.test.map(its -> join(mine, its)))
            .or(() -> test)
            .or(() -> other.test);
    return new TextSides(join(train, other.train), join(valid, other.valid), both);
  }

  /** The documents of both, the first one's first. */
  public static Documents join(Documents first, Documents second) {
    return new JoinedDocuments(List.of(first, second));
  }

  private record JoinedDocuments(List<Documents> parts) implements Documents {
    @Override
    public String name() {
      return String.join(" and ", parts.stream().map(Documents::name).toList());
    }

    @Override
    public int count() {
      return parts.stream().mapToInt(Documents::count).reduce(0, Math::addExact);
    }

    @Override
    public long length() {
      return parts.stream().mapToLong(Documents::length).sum();
    }

    @Override
    public void read(DocumentReader reader) {
      parts.forEach(part -> part.read(reader));
    }
  }
}
