package io.evomoe.models.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

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

  /**
   * Opens what {@link TextSplit#open(Path, HeldOut)} opens, and divides it in the same way. A file
   * is read from its beginning for each thing that is asked of it. In memory are some bytes a
   * document, and of a document that is cut 32 million characters.
   */
  public static TextSides open(Path path, HeldOut heldOut) {
    if (!Files.isDirectory(path)) {
      DocumentIndex index = new DocumentIndex();
      return DocumentSplit.of(TextFile.open(path, index), index, heldOut);
    }
    heldOut.requireUnasked(path);
    return new TextSides(
        TextFile.open(SplitFolder.require(path, "train", "txt")),
        TextFile.open(SplitFolder.require(path, "valid", "txt")),
        SplitFolder.find(path, "test", "txt").map(TextFile::open));
  }

  /** All documents of a file. */
  public static Documents whole(Path file) {
    return TextFile.open(file);
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
