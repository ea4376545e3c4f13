package io.evomoe.models.text;

import io.evomoe.models.text.HeldOut.Unit;
import io.evomoe.models.text.source.DataForm;
import io.evomoe.models.text.source.DataSource;
import io.evomoe.models.text.source.DocumentReader;
import io.evomoe.models.text.source.RecordKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Documents for training, validation and test, read on demand. The first reading divides them and
 * takes the sample that a vocabulary is learned from; each further reading gives one set or
 * several. Memory holds approximately 60 bytes per document while they are divided, and then a few
 * bits.
 */
public final class TextSplit {
  /** Fewer different documents of a source are cut into pieces, which are divided instead. */
  static final int FEW = 20;

  /** Approximate number of different pieces. */
  private static final int PIECES = 100;

  private static final List<String> PARTS = List.of("train", "valid", "test");

  private final List<Source> sources = new ArrayList<>();
  private final List<Side> sides = PARTS.stream().map(part -> new Side()).toList();
  private final TextSample sample = new TextSample();
  private boolean inPieces;

  private TextSplit() {}

  /** Opens a file or folder with 5% of a file for validation. */
  public static TextSplit open(Path path) {
    return open(path, HeldOut.DEFAULT);
  }

  /** Opens a file or folder with another rule to divide a file. */
  public static TextSplit open(Path path, HeldOut rule) {
    return open(List.of(path), rule, DataForm.DEFAULT, note -> {});
  }

  /**
   * Opens files and folders, one after another. A folder that has a split of its own ({@link
   * DataSource#isDivided}) keeps it.
   *
   * @param paths at least one
   * @param rule divides the others
   * @param form format of the files
   * @param said receives one line for each file or folder with the detected format
   * @throws IllegalArgumentException naming the path in one sentence, if there is no such text;
   *     also if all paths have a split and {@code rule} is not the default
   */
  public static TextSplit open(
      List<Path> paths, HeldOut rule, DataForm form, Consumer<String> said) {
    return open(paths, rule, form, said, PARTS);
  }

  /**
   * Returns one set of files and folders. The other files of a folder with a split are not read.
   *
   * @param part {@code train}, {@code valid} or {@code test}
   */
  public static Documents part(List<Path> paths, HeldOut rule, DataForm form, String part) {
    return open(paths, rule, form, note -> {}, List.of(part)).part(part, paths);
  }

  private static TextSplit open(
      List<Path> paths, HeldOut rule, DataForm form, Consumer<String> said, List<String> parts) {
    rule.requireUse(paths);
    TextSplit split = new TextSplit();
    for (Path path : paths) {
      if (DataSource.isDivided(path)) {
        for (String part : parts) {
          Optional<DataSource> source =
              parts.size() > 1 && part.equals("test")
                  ? DataSource.findPart(path, part, RecordKind.DOCUMENT, form)
                  : Optional.of(DataSource.part(path, part, RecordKind.DOCUMENT, form));
          source.ifPresent(its -> split.add(PARTS.indexOf(part), its.name(), reading(its, said)));
        }
      } else {
        DataSource source = DataSource.of(path, RecordKind.DOCUMENT, form);
        split.divide(source.name(), reading(source, said), rule, said);
      }
    }
    return split;
  }

  /** Returns all documents of a file, or of the files of a folder. */
  public static Documents whole(DataSource source, Consumer<String> said) {
    TextSplit split = new TextSplit();
    split.add(0, source.name(), reading(source, said));
    return split.train();
  }

  /** Divides documents into a training and a validation set. */
  public static TextSplit of(TextCorpus corpus, double validShare) {
    return of(corpus.name(), corpus::read, HeldOut.DEFAULT.withShares(validShare, 0));
  }

  /**
   * Divides documents.
   *
   * @param name of the documents, for messages
   * @param documents passes them to a reader, the same at each call
   * @throws IllegalArgumentException if there is too little text to divide
   */
  public static TextSplit of(String name, Consumer<DocumentReader> documents, HeldOut rule) {
    TextSplit split = new TextSplit();
    split.divide(name, documents, rule, note -> {});
    return split;
  }

  /**
   * Returns a split that is there.
   *
   * @param name of the training set, for messages
   * @param train passes its documents to a reader, the same at each call
   */
  public static TextSplit of(
      String name,
      Consumer<DocumentReader> train,
      String validName,
      Consumer<DocumentReader> valid) {
    TextSplit split = new TextSplit();
    split.add(0, name, train);
    split.add(1, validName, valid);
    return split;
  }

  /** Tells the format after the first reading. */
  private static Consumer<DocumentReader> reading(DataSource source, Consumer<String> said) {
    AtomicBoolean told = new AtomicBoolean();
    return reader -> {
      String note = source.documents(reader);
      if (!told.getAndSet(true)) {
        said.accept(note);
      }
    };
  }

  private void divide(
      String name, Consumer<DocumentReader> documents, HeldOut rule, Consumer<String> said) {
    Source source = new Source(name, documents).measured();
    if (source.units.stream().map(Unit::group).distinct().limit(FEW).count() >= FEW) {
      divide(source, rule.divide(name, source.units));
      return;
    }
    inPieces = true;
    sample.forget(source.first);
    Map<Long, Long> different = new HashMap<>();
    source.units.forEach(unit -> different.put(unit.group(), unit.length()));
    long least = different.values().stream().mapToLong(length -> length).sum() / PIECES;
    Consumer<DocumentReader> pieces = reader -> documents.accept(new DocumentPieces(reader, least));
    Source cut = new Source(name, pieces).measured();
    Split<BitSet> sets = rule.divide(name, cut.units);
    RepeatedParagraphs repeated = new RepeatedParagraphs(pieces, cut.units, sets);
    cut.heldOut = repeated::without;
    sets.map(
        name,
        (part, set) -> {
          if (set.isEmpty()) {
            throw new IllegalArgumentException(
                part + " must have a paragraph that the training part has not, has none");
          }
          return set;
        });
    if (repeated.leftOut() > 0) {
      said.accept(
          String.format(
              Locale.ROOT,
              "%,d paragraphs are left out of the validation and test text, because the training text has them too",
              repeated.leftOut()));
    }
    divide(cut, sets);
  }

  private void divide(Source source, Split<BitSet> sets) {
    sides.get(0).add("training part of " + source.name, source, sets.train());
    sides.get(1).add("validation part of " + source.name, source, sets.valid());
    sets.test().ifPresent(set -> sides.get(2).add("test part of " + source.name, source, set));
    source.keep();
  }

  private void add(int side, String name, Consumer<DocumentReader> documents) {
    Source source = new Source(name, documents).measured();
    BitSet all = new BitSet();
    all.set(0, source.units.size());
    sides.get(side).add(name, source, all);
    source.keep();
  }

  /** Returns what is counted: {@code documents}, or {@code pieces} if too few were cut. */
  public String unit() {
    return inPieces ? "pieces" : "documents";
  }

  /** Returns the training set. */
  public Documents train() {
    return sides.get(0);
  }

  /** Returns the validation set. */
  public Documents valid() {
    return sides.get(1);
  }

  /** Returns the test set, if there is one. */
  public Optional<Documents> test() {
    return sides.get(2).chosen.isEmpty() ? Optional.empty() : Optional.of(sides.get(2));
  }

  /**
   * Returns one set.
   *
   * @param part {@code train}, {@code valid} or {@code test}
   * @param source name of the data, for messages
   */
  public Documents part(String part, Object source) {
    return new Split<>(train(), valid(), test()).part("split", part, source);
  }

  /** Reads the training and the validation set together. */
  void read(DocumentReader train, DocumentReader valid) {
    read(Map.of(sides.get(0), train, sides.get(1), valid));
  }

  private void read(Map<Side, DocumentReader> readers) {
    for (Source source : sources) {
      if (readers.keySet().stream().anyMatch(side -> side.hasSome(source))) {
        source.read(readers);
      }
    }
  }

  /** One set. */
  private final class Side implements Documents {
    private final List<String> names = new ArrayList<>();
    private final BitSet chosen = new BitSet();
    private long length;

    private void add(String name, Source source, BitSet set) {
      names.add(name);
      set.stream()
          .forEach(
              document -> {
                chosen.set(source.first + document);
                length += source.units.get(document).length();
              });
    }

    private boolean hasSome(Source source) {
      int next = chosen.nextSetBit(source.first);
      return next >= 0 && next < source.first + source.count;
    }

    @Override
    public String name() {
      return String.join(" and ", names);
    }

    @Override
    public int count() {
      return chosen.cardinality();
    }

    @Override
    public long length() {
      return length;
    }

    @Override
    public void read(DocumentReader reader) {
      TextSplit.this.read(Map.of(this, reader));
    }

    @Override
    public List<String> sample() {
      return sample.texts(chosen::get);
    }
  }

  /** Documents that are read together. The first reading measures them. */
  private final class Source implements DocumentReader {
    private final String name;
    private final Consumer<DocumentReader> documents;
    private final int first = sample.documents();
    private final List<Unit> units = new ArrayList<>();
    private int count;
    private long length;
    private TextHash hash = new TextHash();

    /** Changes the parts of documents that are not for training. */
    private UnaryOperator<String> heldOut = UnaryOperator.identity();

    private long begun;

    private Source(String name, Consumer<DocumentReader> documents) {
      this.name = name;
      this.documents = documents;
    }

    private Source measured() {
      documents.accept(this);
      if (units.isEmpty()) {
        throw new IllegalArgumentException(name + " must hold text, had none");
      }
      count = units.size();
      return this;
    }

    @Override
    public void part(String text) {
      hash.add(text);
      length += text.length();
      sample.part(text);
    }

    @Override
    public void end() {
      units.add(new Unit(hash.exact(), hash.value(), length - begun, ""));
      hash = new TextHash();
      begun = length;
      sample.end();
    }

    private void keep() {
      units.clear();
      sources.add(this);
    }

    private void read(Map<Side, DocumentReader> readers) {
      Router router = new Router(readers, this);
      documents.accept(router);
      if (router.document != first + count || router.length != length) {
        throw new IllegalArgumentException(name + " was changed while it was read");
      }
    }
  }

  /** Passes each document to the reader of its set, if there is one. */
  private final class Router implements DocumentReader {
    private final Map<Side, DocumentReader> readers;
    private final UnaryOperator<String> heldOut;
    private int document;
    private long length;

    private Router(Map<Side, DocumentReader> readers, Source source) {
      this.readers = readers;
      this.heldOut = source.heldOut;
      this.document = source.first;
    }

    @Override
    public void part(String text) {
      length += text.length();
      forReader((side, reader) -> reader.part(side == sides.get(0) ? text : heldOut.apply(text)));
    }

    @Override
    public void end() {
      forReader((side, reader) -> reader.end());
      document++;
    }

    private void forReader(BiConsumer<Side, DocumentReader> action) {
      readers.forEach(
          (side, reader) -> {
            if (side.chosen.get(document)) {
              action.accept(side, reader);
            }
          });
    }
  }
}
