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
 * Documents for training, validation and test, as in a {@link TextSplit}, but read on demand.
 *
 * @param train training set, also used to train the tokenizer
 * @param valid validation set
 * @param test test set, if there is one
 */
public record TextSides(Documents train, Documents valid, Optional<Documents> test) {

  /** Returns the sets of a split. */
  public static TextSides of(TextSplit split) {
    return new TextSides(split.train(), split.valid(), split.test().map(side -> side));
  }

  /** Divides documents by a rule; they are read again for each set. */
  public static TextSides of(Documents all, HeldOut heldOut) {
    return DocumentSplit.of(all, heldOut);
  }

  /**
   * Opens a path as {@link #open(Path, HeldOut, DataForm, Consumer)} does, in the default format.
   */
  public static TextSides open(Path path, HeldOut heldOut) {
    return open(path, heldOut, DataForm.DEFAULT, note -> {});
  }

  /**
   * Opens a file or folder and divides it, or a folder that has a split of its own ({@link
   * SplitFolder}). Each request reads the data from the beginning. Memory holds a few bytes per
   * document, and of a document that is cut 32 million characters.
   *
   * @param form format of the files
   * @param said receives one line for each file or folder with the detected format
   * @throws IllegalArgumentException naming the path in one sentence, if there is no such text;
   *     also if a folder with its own split is combined with a non-default {@code heldOut}
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

  /** Returns all documents of a file, or of the files of a folder. */
  public static Documents whole(Path path, DataForm form, Consumer<String> said) {
    return SourceDocuments.open(DataSource.of(path, RecordKind.DOCUMENT, form), said);
  }

  /** Joins both set by set, with this one's documents first. */
  public TextSides join(TextSides other) {
    Optional<Documents> both =
        test.flatMap(mine -> other.test.map(its -> join(mine, its)))
            .or(() -> test)
            .or(() -> other.test);
    return new TextSides(join(train, other.train), join(valid, other.valid), both);
  }

  /** Returns the documents of both, the first one's first. */
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
